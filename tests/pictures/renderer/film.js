// Films: a camera that stands still, and people who come from one side, stay, and go. Each comes once.
"use strict";

const SPEED = 1.1; // metres a second
const STRIDE = 1.25; // metres of a double step

function filmOf(painter, seed, seconds) {
  const dice = new Dice(seed), place = seed % 2 ? gardenOf(dice) : roomOf(dice, 20), aspect = painter.canvas.width / painter.canvas.height;
  const camera = cameraOf([0, dice.between(1.35, 1.6), place.depth / 2 - 0.8], 0, -0.06, aspect);
  const scene = { ...place, camera, people: [], things: painter.upload(place.shapes), shadowView: shadowOf(place.sun, [0, 0, camera.eye[2] - 4.5]) };
  return { scene, visits: visitsOf(painter, dice, scene, seconds) };
}

// A spot is taken by one at a time: its bearing in degrees and its distance in metres.
const SPOTS = [[-21, 3.1], [2, 3.8], [22, 3.3]];

function visitsOf(painter, dice, scene, seconds) {
  const visits = [], free = SPOTS.map(() => 1);
  for (let at = 1; at < seconds - 12; at += dice.between(3, 9)) {
    const spots = SPOTS.map((_, i) => i).filter((i) => free[i] <= at);
    if (!spots.length) continue;
    const spot = dice.pick(spots), visit = visitOf(painter, dice, scene, spot, at, Math.min(seconds - 1.5 - at, dice.between(16, 42)));
    free[spot] = visit.to + 2;
    visits.push(visit);
  }
  return visits;
}

function visitOf(painter, dice, scene, spot, from, length) {
  const [bearing, metres] = SPOTS[spot], { camera } = scene, stand = placeBy(camera, metres, bearing + dice.between(-3, 3));
  const side = bearing < -10 ? -1 : bearing > 10 ? 1 : dice.pick([-1, 1]), start = [side * 6.5, 0, stand[2] - dice.between(0.2, 1.2)];
  const pose = POSES[dice.pick(["easy", "controllers", "akimbo", "thinking", "standing"])](dice);
  const person = newPerson(painter, dice, scene, {}, start, 0);
  person.plate = person.plate || plateOf(painter, person.name, dice);
  scene.people.push(person);
  return { person, from: rounded(from, 2), to: rounded(from + length, 2), start, stand, pose, dice: dice.share() };
}

// Where somebody is on the way, and whether walking. on: seconds since the visit began.
function stepOf(visit, on) {
  const way = norm(sub(visit.stand, visit.start)), walk = way / SPEED, length = visit.to - visit.from, back = Math.max(0, on - (length - walk));
  const done = Math.min(1, on / walk) - Math.min(1, back / walk), going = on < walk || back > 0;
  const ahead = sub(visit.stand, visit.start), towards = Math.atan2(ahead[0], ahead[2]);
  return { place: mix(visit.start, visit.stand, done), going, yaw: back > 0 ? towards + Math.PI : towards, phase: 2 * Math.PI * (on < walk ? on : back) * SPEED / STRIDE };
}

// The film's scene at `second`: only who is on the way or stays.
function sceneAt(film, second) {
  const here = film.visits.filter(({ from, to }) => from <= second && second < to), { eye } = film.scene.camera;
  const people = here.map((visit) => {
    const step = stepOf(visit, second - visit.from), sway = 0.05 * Math.sin(second * 1.3 + visit.dice * 9);
    const looking = Math.atan2(eye[0] - visit.stand[0], eye[2] - visit.stand[2]) + 4 * sway * (visit.dice - 0.3);
    const pose = step.going ? walking(step.phase, 0.5) : { ...visit.pose, turn: [sway, 1, 0.02], head: [sway, 1, 0.05] };
    return posed(visit.person, film.scene.camera, pose, step.place, step.going ? step.yaw : looking);
  });
  return { ...film.scene, people };
}

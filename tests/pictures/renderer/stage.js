// Scenes made of a seed: a place, people in it with poses and name plates, a camera at somebody's eyes.
"use strict";

const FOV = 60; // degrees, upright

function cameraOf(eye, yaw, pitch, aspect) {
  const ahead = [Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), -Math.cos(yaw) * Math.cos(pitch)];
  const view = multiply(perspective(FOV * Math.PI / 180, aspect, 0.1, 120), lookAt(eye, add(eye, ahead)));
  return { eye, yaw, pitch, aspect, view, ahead, across: unit(cross(ahead, [0, 1, 0])), tilt: pitch };
}

function shadowOf(sun, middle) {
  return multiply(orthographic(9, 1, 50), lookAt(add(middle, scale(sun.towards, 25)), middle));
}

// Where on the ground somebody `metres` away is, `degrees` to the right of where the camera looks.
function placeBy(camera, metres, degrees) {
  const a = camera.yaw + degrees * Math.PI / 180;
  return [camera.eye[0] + Math.sin(a) * metres, 0, camera.eye[2] - Math.cos(a) * metres];
}

// A scene for one picture. count: how many people, or null for as many as the dice have.
function sceneOf(painter, seed, count = null) {
  const dice = new Dice(seed), place = placeOf(dice), aspect = painter.canvas.width / painter.canvas.height;
  const eye = [dice.between(-0.2, 0.2) * place.width, dice.between(1.15, 1.65), place.depth / 2 - dice.between(0.5, 1.5)];
  const camera = cameraOf(eye, dice.between(-0.25, 0.25), dice.between(-0.16, 0.05), aspect);
  const scene = { ...place, camera, people: [], things: painter.upload(place.shapes), shadowView: shadowOf(place.sun, [eye[0], 0, eye[2] - 5]) };
  const wanted = count === null ? dice.pick([0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5]) : count;
  for (let i = 0, tries = 0; i < wanted && tries < 200; tries++) {
    const person = personOf(painter, dice, scene);
    if (person) { scene.people.push(person); i++; }
  }
  return scene;
}

function personOf(painter, dice, scene) {
  const { camera, shapes } = scene, seats = shapes.seats.filter((s) => !s.used && inView(camera, s.at));
  const pose = dice.pick(["standing", "easy", "easy", "waving", "controllers", "pointing", "cheering", "akimbo", "thinking", "dancing", "walking", "walking", "sitting", "crouching"]);
  const seat = pose === "sitting" && seats.length ? dice.pick(seats) : null;
  if (pose === "sitting" && !seat) return null;
  const at = seat ? seat.at : placeBy(camera, Math.exp(dice.between(Math.log(1.7), Math.log(9))), dice.between(-38, 38));
  const limit = 0.35;
  if (!seat && (Math.abs(at[0]) > scene.width / 2 - limit || Math.abs(at[2]) > scene.depth / 2 - limit || !shapes.free(at[0], at[2], 0.25))) return null;
  if (scene.people.some((p) => Math.hypot(p.place[0] - at[0], p.place[2] - at[2]) < 0.7 || hides(camera, p.place, at))) return null;
  if (seat) seat.used = true;
  const towards = Math.atan2(camera.eye[0] - at[0], camera.eye[2] - at[2]);
  const yaw = seat ? seat.yaw : dice.chance(0.75) ? towards + dice.between(-0.8, 0.8) : dice.between(0, 6.28);
  return newPerson(painter, dice, scene, POSES[pose](dice), at, yaw, seat ? seat.height : 0.45);
}

function newPerson(painter, dice, scene, pose, place, yaw, seat = 0.45) {
  const avatar = avatarOf(lookOf(dice)), name = nameOf(dice, scene.people.map((p) => p.name));
  const person = { avatar, name, uploaded: painter.upload(avatar.mesh), plate: dice.chance(0.9) ? plateOf(painter, name, dice) : null };
  return posed(person, scene.camera, pose, place, yaw, seat);
}

function posed(person, camera, pose, place, yaw, seat = 0.45) {
  const { matrices, crown } = bonesOf(person.avatar, pose, place, yaw, seat);
  Object.assign(person, { matrices, crown, place, yaw });
  if (person.plate) platePlaced(person.plate, crown, norm(sub(crown, camera.eye)));
  return person;
}

function bearingOf(camera, at) {
  const a = Math.atan2(at[0] - camera.eye[0], -(at[2] - camera.eye[2])) - camera.yaw;
  return Math.atan2(Math.sin(a), Math.cos(a)) * 180 / Math.PI;
}

const inView = (camera, at) => Math.abs(bearingOf(camera, at)) < 38 && at[2] < camera.eye[2] - 1.6;

// Whether one would stand nearly in front of the other; a little of it stays, as in any crowd.
function hides(camera, a, b) {
  const nearer = Math.min(...[a, b].map((p) => Math.hypot(p[0] - camera.eye[0], p[2] - camera.eye[2])));
  return Math.abs(bearingOf(camera, a) - bearingOf(camera, b)) < 14 / nearer;
}

function dropScene(painter, scene) {
  painter.free(scene.things);
  for (const person of scene.people) { painter.free(person.uploaded); if (person.plate) painter.gl.deleteTexture(person.plate.texture); }
}

// What the renderer knows of its picture. Boxes: left, top, width, height as shares of the picture.
"use strict";

const GRID = [16, 9]; // columns and rows of the coarse map of distances

function boxesOf(bytes, width, height) {
  const boxes = new Map();
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const mark = bytes[4 * (x + width * y)];
    if (!mark) continue;
    const box = boxes.get(mark) || { x0: x, x1: x, y0: y, y1: y, points: 0 };
    boxes.set(mark, { x0: Math.min(box.x0, x), x1: Math.max(box.x1, x), y0: Math.min(box.y0, y), y1: Math.max(box.y1, y), points: box.points + 1 });
  }
  return boxes;
}

const rounded = (x, n = 4) => Number(x.toFixed(n));

function shares(box, width, height) { // rows count from below
  return [box.x0 / width, (height - 1 - box.y1) / height, (box.x1 - box.x0 + 1) / width, (box.y1 - box.y0 + 1) / height].map((x) => rounded(x));
}

// Metres straight ahead of the camera for each cell of the grid (the middle one of its points), by row from above; 0 for
// the sky.
function distancesOf(bytes, aspect, width, height) {
  const [columns, rows] = GRID, out = [], half = Math.tan(FOV * Math.PI / 360);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    const found = [];
    for (let v = 0; v < 9; v++) for (let u = 0; u < 9; u++) {
      const across = (column + (u + 0.5) / 9) / columns, down = (row + (v + 0.5) / 9) / rows;
      const at = 4 * (Math.floor(across * width) + width * (height - 1 - Math.floor(down * height)));
      const metres = (bytes[at + 1] + bytes[at + 2] / 256) / 256 * 64;
      found.push(metres / Math.hypot(1, (2 * across - 1) * half * aspect, (2 * down - 1) * half));
    }
    out.push(rounded(found.sort((a, b) => a - b)[40], 2));
  }
  return out;
}

// points: how many of the picture's are theirs, as a share. full: whether each person's share that is seen is counted (another drawing for each) and distances are told.
function labelsOf(painter, scene, full) {
  const { width, height } = painter.canvas, bytes = painter.look(scene), boxes = boxesOf(bytes, width, height), people = [];
  scene.people.forEach((person, i) => {
    const box = boxes.get(i + 1);
    if (!box) return;
    const { eye } = scene.camera, label = { name: person.name, share: rounded(box.points / (width * height), 5), box: shares(box, width, height),
      metres: rounded(Math.hypot(person.place[0] - eye[0], person.place[2] - eye[2]), 2), bearing: rounded(bearingOf(scene.camera, person.place), 1) };
    if (full) {
      label.height = rounded(person.avatar.height, 2);
      label.style = person.avatar.look.style;
      label.seen = rounded(box.points / boxesOf(painter.look(scene, i), width, height).get(i + 1).points, 2);
      const plate = boxes.get(101 + i);
      const whole = person.plate && plate && plate.points / ((plate.x1 - plate.x0 + 1) * (plate.y1 - plate.y0 + 1));
      if (plate) label.plate = { box: shares(plate, width, height), points: plate.y1 - plate.y0 + 1, whole: rounded(whole, 2) };
    }
    people.push(label);
  });
  return full ? { people, distances: distancesOf(bytes, scene.camera.aspect, width, height) } : { people };
}

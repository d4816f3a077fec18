// Name plates: a dark plate with round corners, a coloured rim and white letters, upright, always facing the camera.
"use strict";

const PLATE_HEIGHT = 0.13; // metres near by; farther away it grows, so that it can be read
const GROWS_FROM = 3, GROWS_TO = 6; // metres from the camera between which it stays as high in the picture
const PLATE_ABOVE = 0.12;  // metres from the crown to its lower edge

const FIRST = ["Anna", "Mika", "Kai", "Luna", "Nox", "Rin", "Tobi", "Fox", "Milo", "Zed", "Yuki", "Bea", "Otto", "Sora", "Pip", "Juno", "Hex", "Moth", "Vera", "Cleo", "Drake", "Ember", "Ivy", "Basil"];
const LAST = ["", "", "", "_vr", "42", "Cat", "Wolf", " Moon", "Star", "77", "x", " the Owl", "chan", "Byte", " Frost", "2k"];

function nameOf(dice, taken) {
  for (;;) {
    const name = dice.pick(FIRST) + dice.pick(LAST);
    if (!taken.includes(name)) return name;
  }
}

// The drawing of a plate and its width by its height.
function plateCanvas(name, rim) {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), font = "600 68px 'Noto Sans', 'DejaVu Sans', sans-serif";
  pen.font = font;
  const width = Math.ceil(pen.measureText(name).width) + 72, height = 120;
  Object.assign(canvas, { width, height });
  pen.font = font;
  pen.beginPath();
  pen.roundRect(4, 4, width - 8, height - 8, 30);
  pen.fillStyle = "rgba(28, 29, 34, 0.88)";
  pen.fill();
  pen.lineWidth = 5;
  pen.strokeStyle = rim;
  pen.stroke();
  pen.fillStyle = "white";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(name, width / 2, height / 2 + 4);
  return { canvas, aspect: width / height };
}

function plateOf(painter, name, dice) {
  const { canvas, aspect } = plateCanvas(name, dice.pick(["#2b6cb0", "#2f855a", "#c05621", "#6b46c1", "#4a5568"]));
  return { texture: painter.textureOf(canvas), aspect, size: [0, 0], middle: [0, 0, 0] };
}

// Where it is and how large, above a crown that is so many metres away.
function platePlaced(plate, crown, metres) {
  const height = PLATE_HEIGHT * Math.min(Math.max(metres, GROWS_FROM), GROWS_TO) / GROWS_FROM;
  plate.size = [height * plate.aspect, height];
  plate.middle = add(crown, [0, PLATE_ABOVE + height / 2, 0]);
}

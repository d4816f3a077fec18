// What the driver calls: a picture by its seed, a film or a walk by its seed, picture after picture.
"use strict";

let painter = null, film = null, walk = null;

function start(width, height, smooth) {
  painter = new Painter(width, height, smooth);
  const info = painter.gl.getExtension("WEBGL_debug_renderer_info");
  return { drawnBy: painter.gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : painter.gl.RENDERER), fov: FOV, grid: GRID };
}

const jpeg = (quality) => painter.canvas.toDataURL("image/jpeg", quality).split(",")[1];

// The JPEG (base64) of a seeded scene, and its labels.
function picture(seed, count, quality) {
  const scene = sceneOf(painter, seed, count);
  painter.paint(scene);
  const shown = jpeg(quality), labels = labelsOf(painter, scene, true);
  dropScene(painter, scene);
  return { jpeg: shown, labels: { seed, indoors: scene.indoors, ...labels } };
}

// Begin a film of `seconds`; returns who comes when.
function startFilm(seed, seconds) {
  if (film) dropScene(painter, film.scene);
  film = filmOf(painter, seed, seconds);
  return { seed, indoors: film.scene.indoors, people: film.visits.map(({ person, from, to }) => ({ name: person.name, from, to })) };
}

// The film's picture (base64 JPEG) at `second`, and who is in it.
function filmAt(second, quality) {
  const scene = sceneAt(film, second);
  painter.paint(scene);
  return { jpeg: jpeg(quality), labels: { second, ...labelsOf(painter, scene, false) } };
}

// Begin a walk; returns its way, how fast it goes (to the right and forward in metres a second, and degrees a second).
function startWalk(seed) {
  if (walk) dropScene(painter, walk.scene);
  walk = walkOf(painter, seed);
  return { seed, way: walk.way, speeds: WAYS[walk.way] };
}

// What is seen on the walk at `second` (base64 JPEG), and how far away it is.
function walkAt(second, quality) {
  const scene = walkedTo(walk, second), { width, height } = painter.canvas;
  painter.paint(scene);
  return { jpeg: jpeg(quality), labels: { second, distances: distancesOf(painter.look(scene), scene.camera.aspect, width, height) } };
}

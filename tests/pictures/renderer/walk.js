// Walks: the camera moves through a scene that stands still, as the game tells it: for distances by what moves past.
"use strict";

const WAYS = { ahead: [0, 1.5, 0], aside: [1.3, 0, 0], corner: [0, 1.5, 35] }; // metres a second to the right and forward, degrees a second to the right

function walkOf(painter, seed) {
  const names = Object.keys(WAYS), way = names[seed % names.length];
  return { scene: sceneOf(painter, seed, 2), way };
}

// The scene as it is seen `second` seconds after the walk began.
function walkedTo(walk, second) {
  const [right, forward, turning] = WAYS[walk.way], { eye, yaw, pitch, aspect } = walk.scene.camera, w = turning * Math.PI / 180, to = yaw + w * second;
  // What sin and cos of the yaw come to over the time.
  const sines = w ? (Math.cos(yaw) - Math.cos(to)) / w : Math.sin(yaw) * second, cosines = w ? (Math.sin(to) - Math.sin(yaw)) / w : Math.cos(yaw) * second;
  const at = add(eye, [forward * sines + right * cosines, 0, right * sines - forward * cosines]);
  return { ...walk.scene, camera: cameraOf(at, to, pitch, aspect) };
}

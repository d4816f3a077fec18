// Rooms and gardens: boxes, cylinders and balls with colours and materials that the shader draws.
"use strict";

const MATERIAL = { plain: 0, planks: 1, tiles: 2, bricks: 3, carpet: 4, grass: 5, light: 6, poster: 7, books: 8, leaves: 9, sky: 10, metal: 11, window: 12 };

class Shapes {
  constructor() { this.positions = []; this.normals = []; this.colours = []; this.materials = []; this.triangles = []; this.seats = []; this.taken = []; }
  vertex(p, n, colour, material) {
    this.positions.push(...p); this.normals.push(...n); this.colours.push(...colour); this.materials.push(material);
    return this.materials.length - 1;
  }
  quad(corners, normal, colour, material) {
    const [a, b, c, d] = corners.map((p) => this.vertex(p, normal, colour, material));
    this.triangles.push(a, b, c, a, c, d);
  }
  // at: the middle of the lower side. size: width, height, depth. yaw: radians around the upright.
  box(at, size, colour, material = 0, yaw = 0) {
    const turn = turnY(yaw), [w, h, d] = [size[0] / 2, size[1], size[2] / 2];
    for (const axis of [0, 1, 2]) for (const side of [1, -1]) {
      const n = [0, 0, 0];
      n[axis] = side;
      const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([u, v]) => {
        const p = [0, 0, 0];
        p[axis] = side; p[(axis + 1) % 3] = u * side; p[(axis + 2) % 3] = v;
        return add(at, direction(turn, [p[0] * w, (p[1] + 1) * h / 2, p[2] * d]));
      });
      this.quad(corners, direction(turn, n), colour, material);
    }
  }
  // A cone without its tip: radius below and above.
  column(at, height, below, above, colour, material = 0, sides = 20) {
    const ring = (y, r) => Array.from({ length: sides + 1 }, (_, i) => {
      const a = 2 * Math.PI * i / sides;
      return this.vertex(add(at, [r * Math.cos(a), y, r * Math.sin(a)]), unit([Math.cos(a), (below - above) / height, Math.sin(a)]), colour, material);
    });
    const lower = ring(0, below), upper = ring(height, above);
    const lid = this.vertex(add(at, [0, height, 0]), [0, 1, 0], colour, material), rim = Array.from({ length: sides + 1 }, (_, i) => {
      const a = 2 * Math.PI * i / sides;
      return this.vertex(add(at, [above * Math.cos(a), height, above * Math.sin(a)]), [0, 1, 0], colour, material);
    });
    for (let i = 0; i < sides; i++) this.triangles.push(lower[i], upper[i], upper[i + 1], lower[i], upper[i + 1], lower[i + 1], lid, rim[i + 1], rim[i]);
  }
  ball(at, radius, colour, material = 0, squash = 1, n = 14) {
    const rows = [];
    for (let i = 0; i <= n; i++) rows.push(Array.from({ length: 2 * n + 1 }, (_, k) => {
      const t = Math.PI * i / n, a = Math.PI * k / n, v = [Math.sin(t) * Math.cos(a), Math.cos(t), Math.sin(t) * Math.sin(a)];
      return this.vertex(add(at, [v[0] * radius, v[1] * radius * squash, v[2] * radius]), v, colour, material);
    }));
    for (let i = 0; i < n; i++) for (let k = 0; k < 2 * n; k++) this.triangles.push(rows[i][k], rows[i][k + 1], rows[i + 1][k + 1], rows[i][k], rows[i + 1][k + 1], rows[i + 1][k]);
  }
  // Nobody stands where furniture is: a circle on the ground.
  take(at, radius) { this.taken.push([at[0], at[2], radius]); }
  free(x, z, radius) { return this.taken.every(([tx, tz, r]) => Math.hypot(x - tx, z - tz) > r + radius); }
}

// A place to be in. width, depth: metres of the room; the camera stands near z = depth / 2 and looks to -z.
function placeOf(dice) {
  return dice.chance(0.72) ? roomOf(dice) : gardenOf(dice);
}

function roomOf(dice, width = dice.between(6, 11)) {
  const s = new Shapes(), depth = dice.between(8, 14), height = dice.between(2.6, 4);
  const wall = dice.hue(0.02, 0.25, 0.35, 0.88);
  const [floorMaterial, floor] = floorOf(dice);
  const wallMaterial = dice.pick([MATERIAL.plain, MATERIAL.plain, MATERIAL.plain, MATERIAL.bricks, MATERIAL.tiles]);
  const [w, d] = [width / 2, depth / 2];
  s.quad([[-w, 0, d], [w, 0, d], [w, 0, -d], [-w, 0, -d]], [0, 1, 0], floor, floorMaterial);
  s.quad([[-w, height, -d], [w, height, -d], [w, height, d], [-w, height, d]], [0, -1, 0], mix(wall, [1, 1, 1], 0.5), MATERIAL.plain);
  s.quad([[-w, 0, -d], [w, 0, -d], [w, height, -d], [-w, height, -d]], [0, 0, 1], wall, wallMaterial);
  s.quad([[w, 0, d], [-w, 0, d], [-w, height, d], [w, height, d]], [0, 0, -1], wall, wallMaterial);
  s.quad([[-w, 0, d], [-w, 0, -d], [-w, height, -d], [-w, height, d]], [1, 0, 0], wall, wallMaterial);
  s.quad([[w, 0, -d], [w, 0, d], [w, height, d], [w, height, -d]], [-1, 0, 0], wall, wallMaterial);
  const trim = mix(wall, [0.1, 0.08, 0.06], 0.6);
  s.box([0, 0, -d + 0.02], [width, 0.1, 0.04], trim);
  for (const side of [1, -1]) s.box([side * (w - 0.02), 0, 0], [0.04, 0.1, depth], trim);
  onWalls(dice, s, w, d, height, trim);
  furnish(dice, s, w, d, height);
  const lamps = [];
  for (let i = 0; i < 2; i++) {
    const at = [dice.between(-w / 2, w / 2), height - 0.05, dice.between(-d, d) * 0.6];
    s.box(at, [0.6, 0.04, 0.6], [1, 0.97, 0.9], MATERIAL.light);
    lamps.push({ at: add(at, [0, -0.3, 0]), colour: scale(mix([1, 1, 1], dice.hue(0.5, 1, 0.5, 0.7), dice.chance(0.25) ? 0.7 : 0.12), dice.between(1.5, 4)) });
  }
  const sun = { towards: unit([dice.between(-0.7, 0.7), 1, dice.between(0.1, 0.9)]), colour: scale([1, 0.96, 0.88], dice.between(0.25, 0.8)) };
  return { shapes: s, width, depth, indoors: true, lamps, sun, ambient: scale(mix([1, 1, 1], wall, 0.4), dice.between(0.3, 0.55)), sky: wall };
}

function floorOf(dice) {
  const wood = hsl(dice.between(0.05, 0.1), dice.between(0.25, 0.5), dice.between(0.2, 0.5));
  return dice.pick([[MATERIAL.planks, wood], [MATERIAL.planks, wood], [MATERIAL.tiles, dice.hue(0, 0.2, 0.35, 0.8)], [MATERIAL.carpet, dice.hue(0.1, 0.5, 0.2, 0.5)],
    [MATERIAL.plain, dice.hue(0, 0.4, 0.25, 0.6)]]);
}

function onWalls(dice, s, w, d, height, trim) {
  for (let i = 0, n = 1 + dice.below(3); i < n; i++) {
    const x = -w + (i + 0.5 + dice.between(-0.15, 0.15)) * 2 * w / n, what = dice.pick(["window", "poster", "poster", "screen", "door"]);
    if (what === "window") { s.box([x, 0.9, -d + 0.03], [1.5, 1.3, 0.06], trim); s.box([x, 0.97, -d + 0.05], [1.36, 1.16, 0.06], [0.75, 0.87, 1], MATERIAL.window); }
    if (what === "poster") { const size = dice.between(0.6, 1.2); s.box([x, 1.2, -d + 0.02], [size, size * 1.2, 0.03], dice.hue(0.4, 0.9, 0.3, 0.7), MATERIAL.poster); }
    if (what === "screen") { s.box([x, 1, -d + 0.05], [1.9, 1.1, 0.08], [0.05, 0.05, 0.06]); s.box([x, 1.05, -d + 0.07], [1.8, 1, 0.06], dice.hue(0.5, 0.9, 0.3, 0.6), MATERIAL.poster); }
    if (what === "door") { s.box([x, 0, -d + 0.03], [1.0, 2.1, 0.07], trim, MATERIAL.planks); s.ball([x + 0.38, 1.02, -d + 0.1], 0.04, [0.7, 0.6, 0.3]); }
  }
  for (const side of [1, -1]) if (dice.chance(0.6)) s.box([side * (w - 0.03), 1, dice.between(-d, 0)], [0.04, dice.between(0.7, 1.3), dice.between(0.8, 1.6)], dice.hue(0.3, 0.9, 0.3, 0.75), dice.pick([MATERIAL.poster, MATERIAL.window]));
}

const FURNITURE = {
  table(dice, s, at) {
    const top = dice.hue(0.1, 0.5, 0.2, 0.6), [w, d] = [dice.between(0.9, 1.6), dice.between(0.6, 0.9)];
    s.box(add(at, [0, 0.7, 0]), [w, 0.05, d], top, MATERIAL.planks);
    for (const x of [-1, 1]) for (const z of [-1, 1]) s.box(add(at, [x * (w / 2 - 0.06), 0, z * (d / 2 - 0.06)]), [0.06, 0.7, 0.06], scale(top, 0.7));
    s.column(add(at, [dice.between(-0.3, 0.3), 0.75, 0]), 0.12, 0.04, 0.045, dice.hue(0.2, 0.9, 0.3, 0.8));
    s.box(add(at, [dice.between(-0.3, 0.3), 0.75, 0.1]), [0.25, 0.03, 0.18], dice.hue(0.2, 0.8, 0.2, 0.7));
    s.take(at, 0.9);
  },
  sofa(dice, s, at) {
    const c = dice.hue(0.1, 0.6, 0.2, 0.6), w = dice.between(1.5, 2.1);
    s.box(at, [w, 0.42, 0.85], c, MATERIAL.carpet);
    s.box(add(at, [0, 0.42, -0.33]), [w, 0.45, 0.2], c, MATERIAL.carpet);
    for (const x of [-1, 1]) s.box(add(at, [x * (w / 2 - 0.1), 0.42, 0]), [0.2, 0.2, 0.85], scale(c, 0.9), MATERIAL.carpet);
    for (const x of [-0.3, 0.3]) s.seats.push({ at: add(at, [x * w * 0.7, 0, 0.1]), height: 0.46, yaw: 0 });
    s.take(at, 1.25);
  },
  chair(dice, s, at) {
    const c = dice.hue(0.1, 0.6, 0.15, 0.6), yaw = dice.between(-0.6, 0.6), turn = turnY(yaw), put = (p, size) => s.box(add(at, direction(turn, p)), size, c, MATERIAL.plain, yaw);
    put([0, 0.42, 0], [0.45, 0.05, 0.45]);
    put([0, 0.47, -0.2], [0.45, 0.5, 0.04]);
    for (const x of [-0.19, 0.19]) for (const z of [-0.19, 0.19]) put([x, 0, z], [0.04, 0.42, 0.04]);
    s.seats.push({ at, height: 0.47, yaw });
    s.take(at, 0.5);
  },
  shelf(dice, s, at) {
    const c = dice.hue(0.1, 0.5, 0.15, 0.5);
    s.box(at, [1.2, 1.9, 0.32], c, MATERIAL.books);
    s.take(at, 0.9);
  },
  plant(dice, s, at) {
    s.column(at, 0.35, 0.13, 0.18, dice.hue(0.2, 0.6, 0.3, 0.6));
    for (let i = 0; i < 7; i++) s.ball(add(at, [dice.between(-0.2, 0.2), dice.between(0.5, 1.1), dice.between(-0.2, 0.2)]), dice.between(0.13, 0.24), [0.15, dice.between(0.3, 0.5), 0.15], MATERIAL.leaves, 1, 8);
    s.take(at, 0.4);
  },
  pillar(dice, s, at) {
    s.column(at, 4, 0.2, 0.2, dice.hue(0.02, 0.2, 0.4, 0.8), dice.pick([MATERIAL.plain, MATERIAL.bricks]));
    s.take(at, 0.4);
  },
  crates(dice, s, at) {
    const size = dice.between(0.4, 0.6);
    s.box(at, [size, size, size], [0.5, 0.37, 0.22], MATERIAL.planks, dice.between(0, 1));
    s.box(add(at, [0, size, 0]), [size * 0.8, size * 0.8, size * 0.8], [0.45, 0.33, 0.2], MATERIAL.planks, dice.between(0, 1));
    s.take(at, 0.6);
  },
  lamp(dice, s, at) {
    s.column(at, 0.03, 0.16, 0.16, [0.1, 0.1, 0.1]);
    s.column(at, 1.4, 0.015, 0.015, [0.1, 0.1, 0.1]);
    s.column(add(at, [0, 1.35, 0]), 0.3, 0.22, 0.14, [1, 0.9, 0.7], MATERIAL.light);
    s.take(at, 0.4);
  },
  statue(dice, s, at) {
    s.box(at, [0.5, 0.9, 0.5], [0.6, 0.6, 0.58], MATERIAL.tiles);
    s.ball(add(at, [0, 1.15, 0]), 0.26, dice.hue(0.2, 0.7, 0.3, 0.7), MATERIAL.metal);
    s.take(at, 0.5);
  },
};

function furnish(dice, s, w, d, height) {
  const names = Object.keys(FURNITURE).filter((name) => name !== "pillar" || height < 4);
  for (let i = 0, n = 4 + dice.below(6); i < n; i++) {
    const along = dice.chance(0.55), name = dice.pick(names);
    const at = along ? [dice.between(-w + 0.9, w - 0.9), 0, -d + 0.6] : [dice.pick([-1, 1]) * dice.between(w * 0.35, w - 0.9), 0, dice.between(-d + 1, d * 0.35)];
    if (s.free(at[0], at[2], 0.8)) FURNITURE[name](dice, s, at);
  }
}

function gardenOf(dice) {
  const s = new Shapes(), width = 16, depth = 18, far = 60;
  const ground = dice.pick([[0.25, 0.42, 0.16], [0.32, 0.45, 0.2], [0.55, 0.5, 0.42]]);
  s.quad([[-far, 0, far], [far, 0, far], [far, 0, -far], [-far, 0, -far]], [0, 1, 0], ground, ground[0] > 0.5 ? MATERIAL.tiles : MATERIAL.grass);
  for (let i = 0; i < 9; i++) {
    const at = [dice.between(-14, 14), 0, dice.between(-20, -9)], tall = dice.between(1.6, 2.6);
    s.column(at, tall, 0.22, 0.14, [0.3, 0.2, 0.13], MATERIAL.planks);
    for (let k = 0; k < 5; k++) s.ball(add(at, [dice.between(-0.8, 0.8), tall + dice.between(0, 1.2), dice.between(-0.8, 0.8)]), dice.between(0.6, 1.1), [0.14, dice.between(0.3, 0.45), 0.12], MATERIAL.leaves, 0.9, 8);
  }
  for (let i = 0; i < 2; i++) {
    const at = [dice.between(-12, 12), 0, dice.between(-26, -16)];
    s.box(at, [6, 3.4, 5], dice.hue(0.1, 0.5, 0.5, 0.85), MATERIAL.bricks);
    s.box(add(at, [0, 3.4, 0]), [6.6, 0.4, 5.6], [0.4, 0.2, 0.16], MATERIAL.tiles);
    for (const x of [-1.6, 1.6]) s.box(add(at, [x, 1.2, 2.48]), [1, 1.2, 0.08], [0.5, 0.65, 0.8], MATERIAL.window);
  }
  if (dice.chance(0.5)) for (let x = -8; x < 8; x += 0.5) s.box([x, 0, -8.5], [0.12, 1, 0.06], [0.75, 0.7, 0.62]);
  for (let i = 0, n = 2 + dice.below(3); i < n; i++) {
    const at = [dice.pick([-1, 1]) * dice.between(2, 5), 0, dice.between(-5, 2)];
    if (s.free(at[0], at[2], 0.8)) FURNITURE[dice.pick(["chair", "plant", "crates", "lamp", "statue", "table"])](dice, s, at);
  }
  const evening = dice.chance(0.25);
  const sun = { towards: unit([dice.between(-0.8, 0.8), evening ? 0.5 : 1, dice.between(0, 0.9)]), colour: scale(evening ? [1, 0.7, 0.45] : [1, 0.96, 0.88], dice.between(0.9, 1.3)) };
  return { shapes: s, width, depth, indoors: false, lamps: [], sun, ambient: scale([0.75, 0.85, 1], dice.between(0.35, 0.5)), sky: evening ? [0.95, 0.7, 0.5] : [0.45, 0.66, 0.92] };
}

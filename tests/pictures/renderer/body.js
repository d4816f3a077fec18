// From parts to a mesh: the surface of their smooth union (surface nets), each point moved by up to four bones.
"use strict";

const CELL = 0.017; // metres between the points that are looked at

// Metres from point (x, y, z) to a part's surface, negative inside.
function distanceTo(part, face, x, y, z) {
  const { a, b, inverse } = part;
  const px = x - a[0], py = y - a[1], pz = (z - a[2]) / part.flat;
  const dx = b[0] - a[0], dy = b[1] - a[1], dz = (b[2] - a[2]) / part.flat;
  let t = (px * dx + py * dy + pz * dz) * inverse;
  t = t < 0 ? 0 : t > 1 ? 1 : t;
  let d = Math.sqrt((px - dx * t) ** 2 + (py - dy * t) ** 2 + (pz - dz * t) ** 2) - (part.ra + (part.rb - part.ra) * t);
  if (part.open !== undefined) d = Math.max(d, part.open - y);
  if (part.cut) {
    const r = face.radius, c = face.centre;
    d = Math.max(d, r * 0.98 - Math.sqrt((x - c[0]) ** 2 + (y - c[1] + 0.32 * r) ** 2 + (z - c[2] - 0.62 * r) ** 2));
  }
  return d;
}

function union(parts, face, x, y, z) {
  let d = 1;
  for (const part of parts) {
    const e = distanceTo(part, face, x, y, z), k = part.soft, h = Math.max(k - Math.abs(d - e), 0) / k;
    d = Math.min(d, e) - h * h * k * 0.25;
  }
  return d;
}

function prepared(parts) {
  for (const part of parts) {
    const d = sub(part.b, part.a);
    d[2] /= part.flat;
    part.inverse = 1 / (dot(d, d) || 1);
  }
  return parts;
}

function limitsOf(parts) {
  const low = [9, 9, 9], high = [-9, -9, -9];
  for (const { a, b, ra, rb, flat } of parts) for (const [p, r] of [[a, ra], [b, rb]]) for (let i = 0; i < 3; i++) {
    low[i] = Math.min(low[i], p[i] - r * Math.max(flat, 1) - 2 * CELL);
    high[i] = Math.max(high[i], p[i] + r * Math.max(flat, 1) + 2 * CELL);
  }
  return { low, size: [0, 1, 2].map((i) => Math.ceil((high[i] - low[i]) / CELL) + 1) };
}

// The distance at every point of the grid; far from the surface only every fourth is looked at.
function sampled(parts, face, low, size) {
  const [nx, ny, nz] = size, values = new Float32Array(nx * ny * nz), step = 4;
  for (let z0 = 0; z0 < nz; z0 += step) for (let y0 = 0; y0 < ny; y0 += step) for (let x0 = 0; x0 < nx; x0 += step) {
    const middle = [x0, y0, z0].map((n, i) => low[i] + (n + 1.5) * CELL);
    const all = union(parts, face, ...middle), far = Math.abs(all) > 3.6 * CELL + 0.03;
    const near = far ? [] : parts.filter((p) => distanceTo(p, face, ...middle) < 6 * CELL + 0.06);
    for (let z = z0; z < Math.min(z0 + step, nz); z++) for (let y = y0; y < Math.min(y0 + step, ny); y++) for (let x = x0; x < Math.min(x0 + step, nx); x++)
      values[x + nx * (y + ny * z)] = far ? all : union(near, face, low[0] + x * CELL, low[1] + y * CELL, low[2] + z * CELL);
  }
  return values;
}

const CORNERS = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]];
const EDGES = [[0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [1, 3], [4, 6], [5, 7], [0, 4], [1, 5], [2, 6], [3, 7]];

// One point in each cell that the surface passes, and a square across each edge of the grid that it cuts.
function surface(values, low, size) {
  const [nx, ny, nz] = size, index = new Int32Array(nx * ny * nz).fill(-1), points = [], triangles = [];
  const steps = CORNERS.map(([x, y, z]) => x + nx * (y + ny * z));
  for (let z = 0; z < nz - 1; z++) for (let y = 0; y < ny - 1; y++) for (let x = 0; x < nx - 1; x++) {
    const at = x + nx * (y + ny * z), sum = [0, 0, 0];
    let cuts = 0;
    for (const [i, j] of EDGES) {
      const a = values[at + steps[i]], b = values[at + steps[j]];
      if (a < 0 === b < 0) continue;
      const t = a / (a - b);
      cuts++;
      for (let n = 0; n < 3; n++) sum[n] += CORNERS[i][n] + t * (CORNERS[j][n] - CORNERS[i][n]);
    }
    if (!cuts) continue;
    index[at] = points.length;
    points.push([x, y, z].map((v, n) => low[n] + (v + sum[n] / cuts) * CELL));
  }
  const strides = [1, nx, nx * ny];
  for (let z = 1; z < nz - 1; z++) for (let y = 1; y < ny - 1; y++) for (let x = 1; x < nx - 1; x++) {
    const at = x + nx * (y + ny * z);
    for (let axis = 0; axis < 3; axis++) {
      const inside = values[at] < 0;
      if (inside === values[at + strides[axis]] < 0) continue;
      const u = strides[(axis + 1) % 3], v = strides[(axis + 2) % 3];
      const [a, b, c, d] = [index[at - u - v], index[at - v], index[at], index[at - u]];
      if (inside) triangles.push(a, b, c, a, c, d); else triangles.push(a, c, b, a, d, c);
    }
  }
  return { points, triangles };
}

// The bones that move point `p`, how much each, and the four parts nearest to it.
function weightsAt(parts, face, p) {
  const byBone = new Map(), all = parts.map((part) => distanceTo(part, face, ...p)), least = Math.min(...all);
  parts.forEach((part, i) => {
    const w = Math.exp(-(all[i] - least) / 0.012);
    if (w > 0.01) byBone.set(part.bone, Math.max(byBone.get(part.bone) || 0, w));
  });
  const nearest = all.map((d, i) => [d, i]).sort((x, y) => x[0] - y[0]).slice(0, 4).map(([, i]) => i);
  const best = [...byBone].sort((x, y) => y[1] - x[1]).slice(0, 4), sum = best.reduce((s, [, w]) => s + w, 0);
  while (best.length < 4) best.push([0, 0]);
  return { bones: best.map(([bone]) => bone), weights: best.map(([, w]) => w / sum), nearest };
}

// An avatar ready to be posed: its mesh, parts, joints, face and height in metres.
function avatarOf(look) {
  const face = faceOf(look), parts = prepared(partsOf(look)), { low, size } = limitsOf(parts);
  const { points, triangles } = surface(sampled(parts, face, low, size), low, size);
  const positions = [], normals = [], bones = [], weights = [], nearest = [];
  for (const p of points) {
    const e = 0.004, d = (x, y, z) => union(parts, face, p[0] + x, p[1] + y, p[2] + z);
    const w = weightsAt(parts, face, p);
    positions.push(...p);
    normals.push(...unit([d(e, 0, 0) - d(-e, 0, 0), d(0, e, 0) - d(0, -e, 0), d(0, 0, e) - d(0, 0, -e)]));
    bones.push(...w.bones);
    weights.push(...w.weights);
    nearest.push(...w.nearest);
  }
  return { look, face, parts, joints: jointsOf(look), height: (face.centre[1] + face.radius * 1.3) * look.size,
    mesh: { positions, normals, bones, weights, nearest, triangles } };
}

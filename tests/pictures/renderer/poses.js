// How an avatar holds itself: the direction of every limb, in its own coordinates (facing +z, its left at +x).
"use strict";

const STANDING = { turn: [0, 1, 0], head: [0, 1, 0.02], armL: [0.16, -1, 0.02], foreL: [0.08, -1, 0.14], armR: [-0.16, -1, 0.02], foreR: [-0.08, -1, 0.14],
  thighL: [0.04, -1, 0], shinL: [0.02, -1, -0.02], thighR: [-0.04, -1, 0], shinR: [-0.02, -1, -0.02], drop: 0 };

const POSES = {
  standing: () => ({}),
  easy: (d) => ({ armL: [0.25, -1, 0.05], foreL: [0.05, -1, 0.35], armR: [-0.2, -1, -0.05], foreR: [-0.1, -1, 0.3], thighL: [0.12, -1, 0.08], shinL: [0.08, -1, -0.08], head: [d.between(-0.15, 0.15), 1, 0.1] }),
  waving: (d) => ({ armR: [-0.85, d.between(-0.3, 0.4), 0.2], foreR: [d.between(-0.5, 0.1), 1, 0.1], head: [0.08, 1, 0] }),
  controllers: (d) => ({ armL: [0.25, -1, 0.1], foreL: [-0.05, d.between(-0.2, 0.3), 1], armR: [-0.25, -1, 0.1], foreR: [0.05, d.between(-0.2, 0.3), 1] }),
  pointing: (d) => ({ armL: [0.5, d.between(-0.2, 0.2), 1], foreL: [0.3, 0.05, 1] }),
  cheering: () => ({ armL: [0.55, 0.8, 0.1], foreL: [0.1, 1, 0.1], armR: [-0.55, 0.8, 0.1], foreR: [-0.1, 1, 0.1] }),
  akimbo: () => ({ armL: [0.7, -0.8, -0.2], foreL: [-0.8, -0.5, 0.3], armR: [-0.7, -0.8, -0.2], foreR: [0.8, -0.5, 0.3] }),
  thinking: () => ({ armL: [0.2, -1, 0.2], foreL: [-0.9, 0.15, 0.6], armR: [-0.2, -0.9, 0.35], foreR: [0.35, 1, 0.5], head: [-0.1, 1, 0.15] }),
  dancing: (d) => walking(d.between(0, 6.28), 0.7, { armL: [0.8, 0.3, 0.3], foreL: [0.3, 1, 0.3], armR: [-0.9, -0.2, 0.2], foreR: [-0.6, 0.7, 0.3] }),
  walking: (d) => walking(d.between(0, 6.28), 0.5),
  sitting: () => ({ thighL: [0.12, -0.12, 1], shinL: [0.02, -1, 0.05], thighR: [-0.12, -0.12, 1], shinR: [-0.02, -1, 0.05], armL: [0.2, -1, 0.2], foreL: [-0.05, -0.4, 1], armR: [-0.2, -1, 0.2], foreR: [0.05, -0.4, 1], seat: true }),
  crouching: () => ({ thighL: [0.35, -0.35, 1], shinL: [0.02, -1, -0.55], thighR: [-0.25, -0.5, 1], shinR: [-0.02, -1, -0.6], armL: [0.2, -0.8, 0.6], foreL: [-0.2, -0.2, 1], armR: [-0.2, -0.8, 0.6], foreR: [0.2, -0.3, 1], turn: [0, 1, 0.25] }),
};

// A step of walking. phase: radians of a double step. swing: radians.
function walking(phase, swing, more = {}) {
  const leg = (p) => { const a = swing * Math.sin(p), bend = swing * 1.1 * Math.max(0, Math.cos(p)); return [a, a - bend]; };
  const [tl, sl] = leg(phase), [tr, sr] = leg(phase + Math.PI), limb = (x, a) => [x, -Math.cos(a), Math.sin(a)];
  return { thighL: limb(0.04, tl), shinL: limb(0.02, sl), thighR: limb(-0.04, tr), shinR: limb(-0.02, sr),
    armL: limb(0.15, tr * 0.8), foreL: limb(0.05, tr * 0.8 + 0.35), armR: limb(-0.15, tl * 0.8), foreR: limb(-0.05, tl * 0.8 + 0.35), turn: [0, 1, 0.05], ...more };
}

// The matrices that move a mesh from the pose it is modelled in; on its feet, or on a seat `seat` metres high.
function bonesOf(avatar, pose, place, yaw, seat = 0.45) {
  const p = { ...STANDING, ...pose }, j = avatar.joints, at = {}, turns = {}, d = Math.SQRT1_2;
  const limb = (names, wanted, rest) => turns[names] = turnBetween(unit(rest), unit(wanted));
  limb("hips", [0, 1, 0], [0, 1, 0]);
  limb("spine", p.turn, [0, 1, 0]);
  turns.chest = turns.spine;
  limb("head", p.head, [0, 1, 0]);
  for (const [s, m] of [["L", 1], ["R", -1]]) {
    limb("upperArm" + s, p["arm" + s], [m * d, -d, 0]);
    limb("foreArm" + s, p["fore" + s], [m * d, -d, 0]);
    turns["hand" + s] = turns["foreArm" + s];
    limb("thigh" + s, p["thigh" + s], sub(j["shin" + s], j["thigh" + s]));
    limb("shin" + s, p["shin" + s], sub(j["foot" + s], j["shin" + s]));
    limb("foot" + s, [0, 1, 0], [0, 1, 0]);
  }
  const chain = (bone, parent) => at[bone] = add(at[parent], direction(turns[parent], sub(j[bone], j[parent])));
  at.hips = j.hips;
  chain("spine", "hips"); chain("chest", "spine"); chain("head", "chest");
  for (const s of ["L", "R"]) {
    chain("upperArm" + s, "chest"); chain("foreArm" + s, "upperArm" + s); chain("hand" + s, "foreArm" + s);
    chain("thigh" + s, "hips"); chain("shin" + s, "thigh" + s); chain("foot" + s, "shin" + s);
  }
  const size = avatar.look.size, low = Math.min(at.footL[1], at.footR[1]) - 0.075;
  const lift = p.seat ? seat / size - (at.hips[1] - 0.12) : -low;
  const stand = multiply(moved(place), multiply(turnY(yaw), multiply(scaled(size), moved([0, lift, 0]))));
  const matrices = BONES.map((name) => multiply(stand, multiply(moved(at[name]), multiply(turns[name], moved(scale(j[name], -1))))));
  const crown = point(matrices[BONE.head], add(avatar.face.centre, [0, avatar.face.radius * 1.3, 0]));
  return { matrices, crown };
}

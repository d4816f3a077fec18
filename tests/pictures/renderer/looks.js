// What an avatar looks like: proportions, clothes, hair, as round parts in the pose in which it is modelled (arms at 45
// degrees, facing +z, on the ground at the origin). A part is a cone with round ends from a to b.
"use strict";

const BONES = ["hips", "spine", "chest", "head", "upperArmL", "foreArmL", "handL", "upperArmR", "foreArmR", "handR",
  "thighL", "shinL", "footL", "thighR", "shinR", "footR"];
const BONE = Object.fromEntries(BONES.map((name, i) => [name, i]));
const KIND = { cloth: 0, skin: 1, face: 2, hair: 3, shiny: 4 };

// Where each bone begins. p: proportions.
function jointsOf(p) {
  const hip = p.leg, chest = hip + 0.24 * p.torso, neck = hip + 0.46 * p.torso, w = p.shoulder;
  const d = Math.SQRT1_2, upper = 0.26 * p.arm, fore = 0.23 * p.arm;
  const joints = { hips: [0, hip + 0.04, 0], spine: [0, hip + 0.12 * p.torso, 0], chest: [0, chest, 0], head: [0, neck, 0] };
  for (const [side, s] of [["L", 1], ["R", -1]]) {
    joints["upperArm" + side] = [s * w, neck - 0.07, 0];
    joints["foreArm" + side] = [s * (w + d * upper), neck - 0.07 - d * upper, 0];
    joints["hand" + side] = [s * (w + d * (upper + fore)), neck - 0.07 - d * (upper + fore), 0];
    joints["thigh" + side] = [s * p.hip, hip, 0];
    joints["shin" + side] = [s * (p.hip + 0.005), hip * 0.53, 0.005];
    joints["foot" + side] = [s * (p.hip + 0.01), 0.075, -0.01];
  }
  return joints;
}

// An avatar's look, as dice have it. Its height (soles to crown) comes out of its proportions and `size`.
function lookOf(dice) {
  const style = dice.pick(["anime", "anime", "anime", "person", "person", "anime", "person", "chibi", "robot"]);
  const head = { anime: dice.between(0.125, 0.145), person: dice.between(0.105, 0.115), chibi: 0.2, robot: 0.125 }[style];
  const slim = dice.between(0.85, 1.15);
  const look = { style, head, slim, leg: style === "chibi" ? 0.42 : dice.between(0.74, 0.86), torso: style === "chibi" ? 0.75 : dice.between(0.95, 1.08),
    shoulder: (style === "chibi" ? 0.11 : dice.between(0.125, 0.165)), arm: style === "chibi" ? 0.72 : dice.between(0.95, 1.05),
    hip: style === "chibi" ? 0.06 : dice.between(0.075, 0.095), size: dice.between(0.94, 1.08) };
  const skin = style === "robot" ? hsl(dice.share(), 0.08, dice.between(0.45, 0.8)) :
    dice.pick([[0.96, 0.8, 0.7], [0.9, 0.72, 0.6], [0.78, 0.57, 0.44], [0.55, 0.38, 0.28], [0.36, 0.24, 0.18], [0.98, 0.86, 0.79]]);
  look.skin = skin;
  look.top = clothColour(dice, skin);
  look.bottom = clothColour(dice, skin);
  look.shoes = dice.hue(0, 0.4, 0.08, 0.5);
  look.hair = dice.chance(0.5) ? dice.pick([[0.08, 0.06, 0.05], [0.25, 0.14, 0.07], [0.75, 0.58, 0.3], [0.5, 0.5, 0.52]]) : dice.hue(0.3, 0.9, 0.3, 0.75);
  look.eyes = dice.hue(0.5, 1, 0.25, 0.5);
  look.eyeSize = { anime: dice.between(1, 1.25), person: 0.62, chibi: 1.35, robot: 0.8 }[style];
  look.dress = dice.pick(["trousers", "trousers", "shorts", "skirt", "coat"]);
  look.sleeves = dice.pick(["long", "long", "short"]);
  look.hairdo = dice.pick(["short", "short", "bob", "long", "tails", "bun"]);
  look.extra = dice.pick(["none", "none", "ears", "cap", "tail", "headphones"]);
  look.pattern = dice.below(4);
  look.patternColour = dice.hue(0.1, 0.8, 0.15, 0.9);
  look.toon = dice.chance(0.45) ? 1 : 0;
  return look;
}

// A colour that nobody takes for skin.
function clothColour(dice, skin) {
  for (;;) {
    const c = dice.chance(0.35) ? dice.pick([[0.1, 0.1, 0.12], [0.92, 0.92, 0.9], [0.35, 0.36, 0.4], [0.12, 0.16, 0.32], [0.3, 0.2, 0.16]]) : dice.hue(0.2, 0.8, 0.15, 0.7);
    if (norm(sub(c, skin)) > 0.45) return c;
  }
}

// The parts. Each: a, b, ra, rb, bone, colour, kind, flat (depth by width), cut (the face is cut out of it).
function partsOf(look) {
  const j = jointsOf(look), parts = [], f = look.slim;
  const put = (bone, a, b, ra, rb, colour, kind = KIND.cloth, more = {}) =>
    parts.push({ a, b, ra, rb, bone: BONE[bone], colour, kind, flat: 1, cut: 0, soft: 0.02, ...more });
  body(look, j, f, put);
  clothes(look, j, f, put);
  headOf(look, j, put);
  return parts;
}

function body(look, j, f, put) {
  const top = look.top, legs = look.dress === "trousers" || look.dress === "coat" ? look.bottom : look.skin;
  const [hy, cy, ny] = [j.hips[1], j.chest[1], j.head[1]], w = look.shoulder;
  const limb = look.style === "robot" ? KIND.shiny : KIND.cloth, skinKind = look.style === "robot" ? KIND.shiny : KIND.skin;
  put("hips", [-look.hip * 0.75, hy, 0], [look.hip * 0.75, hy, 0], 0.092 * f, 0.092 * f, look.bottom, KIND.cloth, { flat: 0.9 });
  put("spine", [0, hy + 0.05, 0], [0, cy, 0.005], 0.095 * f, 0.1 * f, top, KIND.cloth, { flat: 0.78 });
  put("chest", [-w * 0.5, cy + 0.06, 0.005], [w * 0.5, cy + 0.06, 0.005], 0.1 * f, 0.1 * f, top, KIND.cloth, { flat: 0.76, soft: 0.05 });
  put("chest", [-w * 0.85, ny - 0.08, -0.005], [w * 0.85, ny - 0.08, -0.005], 0.058 * f, 0.058 * f, top);
  put("head", [0, ny - 0.05, -0.005], [0, ny + 0.05, 0.005], 0.042, 0.04, look.skin, skinKind);
  for (const s of ["L", "R"]) {
    const bare = look.sleeves === "short" ? look.skin : top, m = s === "L" ? 1 : -1;
    const hand = j["hand" + s], reach = unit(sub(hand, j["foreArm" + s]));
    const tip = add(hand, scale(reach, 0.1 * look.arm));
    put("upperArm" + s, j["upperArm" + s], j["foreArm" + s], 0.05 * f, 0.04 * f, top);
    put("foreArm" + s, j["foreArm" + s], hand, 0.038 * f, 0.028 * f, bare, bare === top ? limb : skinKind);
    put("hand" + s, hand, tip, 0.032, 0.02, look.skin, skinKind, { flat: 1.3 });
    put("hand" + s, add(hand, scale(reach, 0.02)), add(hand, add(scale(reach, 0.06), [0, 0.01, 0.045])), 0.014, 0.011, look.skin, skinKind, { soft: 0.01 });
    put("thigh" + s, j["thigh" + s], j["shin" + s], 0.082 * f, 0.056 * f, look.dress === "shorts" ? look.bottom : legs);
    put("shin" + s, j["shin" + s], add(j["foot" + s], [0, 0.02, 0]), 0.054 * f, 0.036 * f, legs, legs === look.skin ? skinKind : limb);
    put("shin" + s, add(j["shin" + s], [0, -0.12, -0.012]), add(j["shin" + s], [0, -0.2, -0.01]), 0.046 * f, 0.036 * f, legs, legs === look.skin ? skinKind : limb);
    put("foot" + s, add(j["foot" + s], [0, -0.03, -0.01]), add(j["foot" + s], [m * 0.015, -0.04, 0.125]), 0.042, 0.033, look.shoes, KIND.shiny, { soft: 0.012 });
    put("shin" + s, add(j["foot" + s], [0, 0.05, 0]), add(j["foot" + s], [0, -0.02, 0]), 0.045, 0.044, look.shoes, KIND.shiny, { soft: 0.01 });
  }
}

function clothes(look, j, f, put) {
  const hy = j.hips[1];
  if (look.dress === "skirt") put("hips", [0, hy + 0.06, 0], [0, hy - 0.2, 0], 0.15 * f, 0.2 * f, look.bottom, KIND.cloth, { soft: 0.006, flat: 0.85, open: hy - 0.2 });
  if (look.dress === "coat") put("hips", [0, hy + 0.06, -0.01], [0, hy - 0.3, -0.01], 0.155 * f, 0.18 * f, look.top, KIND.cloth, { soft: 0.006, flat: 0.9, open: hy - 0.3 });
  if (look.extra === "tail") {
    put("hips", [0, hy, -0.08], [0.06, hy - 0.06, -0.27], 0.025, 0.045, look.hair, KIND.hair, { soft: 0.01 });
    put("hips", [0.06, hy - 0.06, -0.27], [0.16, hy + 0.25, -0.36], 0.045, 0.02, look.hair, KIND.hair, { soft: 0.02 });
  }
}

function faceOf(look) {
  const ny = jointsOf(look).head[1], r = look.head;
  return { centre: [0, ny + 0.035 + r * 0.95, 0.012], radius: r };
}

function headOf(look, j, put) {
  const { centre: c, radius: r } = faceOf(look), at = (x, y, z) => add(c, [x * r, y * r, z * r]);
  const kind = look.style === "robot" ? KIND.shiny : KIND.face;
  put("head", at(0, 0.1, -0.02), at(0, 0.1, -0.02), r, r, look.skin, kind, { soft: 0.008 });
  put("head", at(0, -0.3, 0.1), at(0, -0.62, 0.22), r * 0.72, r * 0.32, look.skin, kind, { soft: 0.03 });
  const hair = (a, b, ra, rb, cut = 0) => put("head", at(...a), at(...b), ra * r, rb * r, look.hair, KIND.hair, { soft: 0.008, cut });
  if (look.style === "robot") {
    for (const s of [1, -1]) put("head", at(s * 0.95, 0.1, 0), at(s * 1.1, 0.1, 0), r * 0.3, r * 0.3, look.top, KIND.shiny, { soft: 0.004 });
    put("head", at(-0.4, 0.1, 0.72), at(0.4, 0.1, 0.72), r * 0.34, r * 0.34, [0.05, 0.07, 0.1], KIND.shiny, { soft: 0.004 });
    put("head", at(0, 1, 0), at(0, 1.5, 0), r * 0.06, r * 0.09, look.top, KIND.shiny, { soft: 0.004 });
    return;
  }
  hair([0, 0.2, -0.1], [0, 0.2, -0.1], 1.1, 1.1, 1);
  for (const [x, y, z] of [[-0.62, 0.38, 0.72], [-0.25, 0.42, 0.92], [0.2, 0.45, 0.93], [0.6, 0.36, 0.74]]) hair([x * 0.6, 1.05, 0.3], [x, y, z], 0.3, 0.1);
  for (const s of [1, -1]) hair([s * 0.85, 0.6, 0.25], [s * 0.95, -0.35, 0.3], 0.24, 0.1);
  if (look.hairdo === "bob") hair([0, 0.1, -0.3], [0, -0.55, -0.35], 1, 0.85, 1);
  if (look.hairdo === "long") { hair([0, 0.1, -0.45], [0, -1.2, -0.75], 0.9, 0.75, 1); hair([0, -1.2, -0.75], [0, -2.9, -0.85], 0.75, 0.4, 1); }
  if (look.hairdo === "tails") for (const s of [1, -1]) { hair([s * 0.95, 0.55, -0.3], [s * 1.5, -0.4, -0.4], 0.28, 0.36); hair([s * 1.5, -0.4, -0.4], [s * 1.45, -2.2, -0.4], 0.36, 0.1); }
  if (look.hairdo === "bun") hair([0, 1.15, -0.55], [0, 1.25, -0.65], 0.45, 0.45);
  if (look.extra === "ears") for (const s of [1, -1]) hair([s * 0.55, 1, -0.05], [s * 0.8, 1.7, -0.05], 0.3, 0.04);
  if (look.extra === "cap") {
    put("head", at(0, 0.42, -0.08), at(0, 0.5, -0.08), r * 1.1, r * 1.02, look.top, KIND.cloth, { soft: 0.004, cut: 1 });
    put("head", at(-0.3, 0.62, 1), at(0.3, 0.62, 1), r * 0.3, r * 0.3, look.top, KIND.cloth, { soft: 0.004 });
  }
  if (look.extra === "headphones") {
    for (const s of [1, -1]) put("head", at(s * 1, 0.05, 0), at(s * 1.12, 0.05, 0), r * 0.36, r * 0.34, look.shoes, KIND.shiny, { soft: 0.004 });
  }
}

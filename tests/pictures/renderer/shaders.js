// What is drawn at each point: materials, clothes, faces, light and shadow.
"use strict";

const MOST_PARTS = 56;

const VERTEX = `#version 300 es
precision highp float;
layout(location=0) in vec3 position; layout(location=1) in vec3 normal; layout(location=2) in vec3 colour;
layout(location=3) in float material; layout(location=4) in vec4 bones; layout(location=5) in vec4 weights; layout(location=6) in vec4 nearest;
uniform mat4 view, shadowView; uniform mat4 bone[16]; uniform bool skinned;
invariant gl_Position;
out vec3 at, facing, tint, rest; out vec4 lit; flat out float kind; flat out vec4 near;
void main() {
  vec4 p = vec4(position, 1.0); vec3 n = normal;
  if (skinned) {
    mat4 m = bone[int(bones.x)] * weights.x + bone[int(bones.y)] * weights.y + bone[int(bones.z)] * weights.z + bone[int(bones.w)] * weights.w;
    p = m * p; n = mat3(m) * n;
  }
  at = p.xyz; facing = n; tint = colour; rest = position; kind = material; near = nearest; lit = shadowView * p;
  gl_Position = view * p;
}`;

const MATERIALS = `
float rnd(vec2 p) { uvec2 q = uvec2(ivec2(floor(p))); uint h = q.x * 1597334673u ^ q.y * 3812015801u; h = (h ^ (h >> 15)) * 2246822519u; return float(h >> 8) / 16777216.0; }
float noise(vec2 p) { vec2 i = floor(p), f = fract(p); f = f * f * (3.0 - 2.0 * f);
  return mix(mix(rnd(i), rnd(i + vec2(1, 0)), f.x), mix(rnd(i + vec2(0, 1)), rnd(i + vec2(1, 1)), f.x), f.y); }
float cloud(vec2 p) { return 0.55 * noise(p) + 0.3 * noise(p * 2.3) + 0.15 * noise(p * 5.1); }
vec2 flatOf(vec3 p, vec3 n) { vec3 a = abs(n); return a.y > a.x && a.y > a.z ? p.xz : a.x > a.z ? p.zy : p.xy; }
vec3 ofMaterial(int k, vec3 c, vec3 p, vec3 n) {
  vec2 u = flatOf(p, n);
  if (k == 1) { float row = floor(u.x / 0.16); float shift = rnd(vec2(row, 1.0)); vec2 g = vec2(fract(u.x / 0.16), fract(u.y / 1.3 + shift));
    float edge = min(min(g.x, 1.0 - g.x) * 0.16, min(g.y, 1.0 - g.y) * 1.3);
    return c * (0.8 + 0.3 * rnd(vec2(row, floor(u.y / 1.3 + shift))) + 0.15 * (noise(vec2(u.x * 60.0, u.y * 3.0)) - 0.5)) * smoothstep(0.0, 0.006, edge) ; }
  if (k == 2) { vec2 g = fract(u / 0.5); float edge = min(min(g.x, 1.0 - g.x), min(g.y, 1.0 - g.y)) * 0.5;
    float check = mod(floor(u.x / 0.5) + floor(u.y / 0.5), 2.0); return mix(c * 0.45, c * mix(0.8, 1.1, check), smoothstep(0.004, 0.012, edge)); }
  if (k == 3) { vec2 v = u / vec2(0.26, 0.1); v.x += 0.5 * mod(floor(v.y), 2.0); vec2 g = fract(v); float edge = min(min(g.x, 1.0 - g.x) * 0.26, min(g.y, 1.0 - g.y) * 0.1);
    return mix(vec3(0.62), c * (0.75 + 0.4 * rnd(floor(v))), smoothstep(0.004, 0.01, edge)); }
  if (k == 4) return c * (0.85 + 0.3 * cloud(u * 40.0));
  if (k == 5) return c * (0.6 + 0.5 * cloud(u * 9.0) + 0.3 * noise(u * vec2(60.0, 90.0)));
  if (k == 7) { vec2 g = u * 3.0; float a = smoothstep(0.3, 0.28, length(fract(g) - 0.5)); float b = step(0.55, noise(u * 2.1 + 7.0));
    return mix(mix(c, c.gbr, b), vec3(0.95, 0.92, 0.85), a * step(0.5, rnd(floor(g)))); }
  if (k == 8) { vec2 v = vec2(u.x / 0.045, u.y / 0.36); vec2 g = fract(v); float shelf = step(g.y, 0.1); float tall = 0.6 + 0.35 * rnd(floor(v));
    vec3 book = 0.25 + 0.6 * vec3(rnd(floor(v)), rnd(floor(v) + 3.0), rnd(floor(v) + 9.0)); return abs(n.y) > 0.5 || abs(n.x) > 0.5 ? c : shelf > 0.5 ? c : g.y < tall ? book * 0.8 * smoothstep(0.0, 0.12, g.x) : c * 0.25; }
  if (k == 9) return c * (0.45 + 0.9 * noise(p.xy * 30.0 + p.z * 17.0));
  if (k == 12) { return mix(vec3(0.72, 0.85, 1.0), vec3(0.35, 0.5, 0.3), smoothstep(1.5, 1.1, p.y + 0.25 * noise(u * 3.0))) * 1.1; }
  return c * (0.94 + 0.07 * noise(u * 3.0) + 0.03 * noise(u * 17.0));
}`;

const AVATAR = `
uniform vec4 partA[${MOST_PARTS}], partB[${MOST_PARTS}], partC[${MOST_PARTS}], partD[${MOST_PARTS}]; 
uniform vec4 face; uniform vec3 eyeColour, otherColour; uniform vec2 style; // style: size of the eyes, pattern
int kindOfAvatar(vec3 p, out vec3 c) {
  float least = 9.0; int k = 0; c = vec3(0.5);
  for (int n = 0; n < 4; n++) { int i = int(near[n] + 0.5);
    float squash = partD[i].x; vec3 q = p - partA[i].xyz, d = partB[i].xyz - partA[i].xyz; q.z /= squash; d.z /= squash;
    float t = clamp(dot(q, d) / max(dot(d, d), 1e-6), 0.0, 1.0);
    float e = length(q - d * t) - mix(partA[i].w, partB[i].w, t);
    if (partD[i].y > 0.5) e = max(e, face.w * 0.98 - length(p - face.xyz - vec3(0.0, -0.32, 0.62) * face.w));
    if (partD[i].z > -8.0) e = max(e, partD[i].z - p.y);
    if (e < least) { least = e; c = partC[i].rgb; k = int(partC[i].w + 0.5); } }
  return k;
}
vec3 faceAt(vec3 c, vec3 p) {
  vec3 f = (p - face.xyz) / face.w; if (f.z < 0.25) return c;
  float s = style.x; vec2 e = vec2(abs(f.x) - 0.4, f.y + 0.12);
  vec2 o = e / vec2(0.2, 0.27) / s; float eye = length(o);
  c = mix(c, c * vec3(1.0, 0.75, 0.72), 0.35 * smoothstep(0.25, 0.05, length(vec2(abs(f.x) - 0.5, f.y + 0.45))));
  c = mix(c, vec3(0.97), smoothstep(1.05, 0.95, eye));
  float iris = length((e - vec2(-0.01, -0.02)) / vec2(0.135, 0.22) / s);
  if (eye < 1.02) { c = mix(c, eyeColour * (1.0 - 0.5 * clamp(o.y, 0.0, 1.0)), smoothstep(1.05, 0.95, iris)); c = mix(c, vec3(0.03), smoothstep(0.55, 0.45, iris));
    c = mix(c, vec3(1.0), smoothstep(0.035, 0.025, length(vec2(f.x + (f.x > 0.0 ? -0.36 : 0.43), f.y + 0.04)) / s)); }
  if (eye > 0.92 && eye < 1.16 && o.y > -0.1) c = vec3(0.08, 0.05, 0.05);
  float brow = abs(e.y - 0.34 * s - 0.05 + 1.2 * e.x * e.x); if (abs(e.x) < 0.2 && brow < 0.022) c *= 0.35;
  float mouth = abs(f.y + 0.66 - 0.5 * f.x * f.x); if (abs(f.x) < 0.16 && mouth < 0.022) c = vec3(0.5, 0.18, 0.17);
  if (length(vec2(f.x, f.y + 0.42)) < 0.03) c *= 0.8;
  return c;
}
vec3 clothAt(vec3 c, vec3 p) {
  int pattern = int(style.y + 0.5);
  if (pattern == 1 && fract(p.y * 9.0) < 0.35 && p.y > 0.9) return otherColour;
  if (pattern == 2) { vec2 g = fract(p.xy * 11.0); if (g.x < 0.2 || g.y < 0.2) return mix(c, otherColour, 0.6); }
  if (pattern == 3 && p.z > 0.02 && length(p.xy - vec2(0.0, face.y - face.w * 2.9)) < 0.07) return otherColour;
  return c * (0.95 + 0.1 * noise(p.xy * 24.0 + p.z * 9.0));
}`;

const FRAGMENT = `#version 300 es
precision highp float; precision highp sampler2DShadow;
in vec3 at, facing, tint, rest; in vec4 lit; flat in float kind; flat in vec4 near;
uniform bool skinned; uniform float toon; uniform vec3 eye, sunTowards, sunColour, ambient, lampAt[2], lampColour[2], fog; uniform int lamps; uniform sampler2DShadow shadow;
uniform vec3 feet[8]; uniform int people;
out vec4 shown;
${MATERIALS}
${AVATAR}
float sunlit(vec3 n) {
  vec3 p = lit.xyz / lit.w * 0.5 + 0.5; if (any(lessThan(p, vec3(0.0))) || any(greaterThan(p, vec3(1.0)))) return 1.0;
  float bias = 0.0015 + 0.003 * (1.0 - max(dot(n, sunTowards), 0.0)), sum = 0.0;
  for (int i = 0; i < 4; i++) sum += texture(shadow, vec3(p.xy + (vec2(i & 1, i >> 1) - 0.5) / 2048.0 * 1.5, p.z - bias));
  return sum / 4.0;
}
float nearFeet(vec3 p) { float dark = 1.0; for (int i = 0; i < 8; i++) { if (i >= people) break; float d = length(p.xz - feet[i].xz); dark *= 1.0 - 0.55 * exp(-d * d / 0.05) * exp(-p.y * 6.0); } return dark; }
void main() {
  vec3 n = normalize(facing), towards = normalize(eye - at), c; float gloss = 0.0; int k = int(kind + 0.5);
  if (dot(n, towards) < 0.0 && !skinned) n = -n;
  if (skinned) { int what = kindOfAvatar(rest, c);
    if (what == 2) c = faceAt(c, rest); if (what == 0) c = clothAt(c, rest);
    if (what == 3) { c *= 0.8 + 0.3 * noise(vec2(rest.x * 90.0 + rest.z * 70.0, rest.y * 6.0)); gloss = 0.25; } if (what == 4) gloss = 0.4; if (what == 2 || what == 1) gloss = 0.06;
  } else { if (k == 6) { shown = vec4(tint, 1.0); return; } c = ofMaterial(k, tint, at, n); gloss = k == 11 ? 0.7 : k == 1 || k == 2 ? 0.12 : 0.0; if (k == 12) { shown = vec4(c, 1.0); return; } }
  float facingSun = max(dot(n, sunTowards), 0.0), open = facingSun > 0.0 ? sunlit(n) : 0.0, sun = facingSun * open;
  float step3 = smoothstep(0.15, 0.22, sun);
  sun = skinned ? mix(sun, step3 * 0.75, toon) : sun;
  vec3 light = ambient * (0.65 + 0.35 * n.y) * (skinned ? 1.0 : nearFeet(at)) + sunColour * sun;
  float bright = open > 0.5 && gloss > 0.0 ? pow(max(dot(n, normalize(sunTowards + towards)), 0.0), 40.0) : 0.0;
  for (int i = 0; i < 2; i++) { if (i >= lamps) break; vec3 d = lampAt[i] - at; float r = length(d); d /= r; float f = max(dot(n, d), 0.0) / (1.0 + 0.35 * r * r);
    light += lampColour[i] * (skinned ? mix(f, smoothstep(0.04, 0.07, f) * 0.2, toon * 0.6) : f * nearFeet(at)); if (gloss > 0.0) bright += 0.3 * pow(max(dot(n, normalize(d + towards)), 0.0), 30.0); }
  if (skinned) light += 0.25 * ambient * pow(1.0 - max(dot(n, towards), 0.0), 3.0);
  vec3 out3 = c * c * light + gloss * bright * (sunColour + 0.3);
  out3 = mix(out3, fog * fog, 1.0 - exp(-max(length(eye - at) - 12.0, 0.0) * 0.02));
  out3 = out3 * 1.25 / (1.0 + 0.25 * out3);
  shown = vec4(sqrt(clamp(out3, 0.0, 1.0)), 1.0);
}`;

// Who is seen at each point (red), and how far away (green and blue: 16 bits of SIXTEEN metres each).
const MARKS = `#version 300 es
precision highp float; in vec3 at; uniform vec3 eye; uniform float mark; out vec4 shown;
void main() { float d = clamp(length(eye - at) / 64.0, 0.0, 0.99999) * 256.0; shown = vec4(mark / 255.0, floor(d) / 255.0, floor(fract(d) * 256.0) / 255.0, 1.0); }`;

const NOTHING = `#version 300 es
precision highp float; out vec4 shown; void main() { shown = vec4(1.0); }`;

const PLATE_VERTEX = `#version 300 es
precision highp float; layout(location=0) in vec3 position; uniform mat4 view; uniform vec3 middle, across; uniform vec2 size; out vec2 u; out vec3 at;
void main() { u = position.xy * vec2(0.5, -0.5) + 0.5; at = middle + across * position.x * size.x * 0.5 + vec3(0.0, 1.0, 0.0) * position.y * size.y * 0.5; gl_Position = view * vec4(at, 1.0); }`;

const PLATE_FRAGMENT = `#version 300 es
precision highp float; in vec2 u; uniform sampler2D text; out vec4 shown;
void main() { shown = texture(text, u); if (shown.a < 0.02) discard; }`;

const SKY_VERTEX = `#version 300 es
layout(location=0) in vec3 position; out vec2 u; void main() { u = position.xy; gl_Position = vec4(position.xy, 0.9999, 1.0); }`;

const SKY_FRAGMENT = `#version 300 es
precision highp float; in vec2 u; uniform vec3 sky; uniform float tilt; out vec4 shown;
${MATERIALS}
void main() { float h = clamp(u.y * 0.6 + 0.3 + tilt, 0.0, 1.0); float c = smoothstep(0.5, 0.75, cloud(vec2(u.x * 2.0, u.y * 5.0) + 11.0)); shown = vec4(mix(mix(vec3(0.9, 0.93, 0.96), sky, h), vec3(1.0), c * 0.6 * h), 1.0); }`;

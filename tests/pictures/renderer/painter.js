// Draws a scene with WebGL: shadows, things, people, name plates; and once more who is seen where, for the labels.
"use strict";

const SHADOW_SIZE = 2048;

class Painter {
  // smooth: whether edges are smoothed, which takes four times as long where they are.
  constructor(width, height, smooth = true) {
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { width, height });
    const gl = this.gl = this.canvas.getContext("webgl2", { antialias: smooth, preserveDrawingBuffer: true, alpha: false });
    if (!gl) throw new Error("this browser has no WebGL 2: start it with --use-angle=swiftshader --enable-unsafe-swiftshader");
    this.main = this.program(VERTEX, FRAGMENT);
    this.marks = this.program(VERTEX, MARKS);
    this.depth = this.program(VERTEX, NOTHING);
    this.plate = this.program(PLATE_VERTEX, PLATE_FRAGMENT);
    this.plateMarks = this.program(PLATE_VERTEX, MARKS);
    this.skyProgram = this.program(SKY_VERTEX, SKY_FRAGMENT);
    this.square = this.upload({ positions: [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0], triangles: [0, 1, 2, 0, 2, 3] });
    this.shadow = this.target(SHADOW_SIZE, SHADOW_SIZE, true);
    this.marked = this.target(width, height, false);
  }

  program(vertex, fragment) {
    const gl = this.gl, program = gl.createProgram();
    for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(type);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    const places = new Map();
    return { program, place: (name) => { if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name)); return places.get(name); } };
  }

  // A place to draw into: only depths for shadows, else colours and depths.
  target(width, height, shadows) {
    const gl = this.gl, frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    const depth = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, depth);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.DEPTH_COMPONENT24, width, height);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, shadows ? gl.LINEAR : gl.NEAREST);
    if (shadows) gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_COMPARE_MODE, gl.COMPARE_REF_TO_TEXTURE);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, depth, 0);
    if (!shadows) {
      const colour = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, colour);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, colour, 0);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return { frame, depth, width, height };
  }

  upload(mesh) {
    const gl = this.gl, array = gl.createVertexArray(), buffers = [];
    gl.bindVertexArray(array);
    [["positions", 3], ["normals", 3], ["colours", 3], ["materials", 1], ["bones", 4], ["weights", 4], ["nearest", 4]].forEach(([name, size], i) => {
      if (!mesh[name] || !mesh[name].length) return;
      const buffer = gl.createBuffer();
      buffers.push(buffer);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(mesh[name]), gl.STATIC_DRAW);
      gl.enableVertexAttribArray(i);
      gl.vertexAttribPointer(i, size, gl.FLOAT, false, 0, 0);
    });
    const indices = gl.createBuffer();
    buffers.push(indices);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, indices);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, new Uint32Array(mesh.triangles), gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    return { array, buffers, count: mesh.triangles.length };
  }

  free(uploaded) {
    uploaded.buffers.forEach((buffer) => this.gl.deleteBuffer(buffer));
    this.gl.deleteVertexArray(uploaded.array);
  }

  draw(uploaded) {
    this.gl.bindVertexArray(uploaded.array);
    this.gl.drawElements(this.gl.TRIANGLES, uploaded.count, this.gl.UNSIGNED_INT, 0);
  }

  set(program, values) {
    const gl = this.gl;
    for (const [name, v] of Object.entries(values)) {
      const at = program.place(name);
      if (at === null) continue;
      if (typeof v === "boolean") gl.uniform1i(at, v ? 1 : 0);
      else if (typeof v === "number") gl.uniform1f(at, v);
      else if (v.whole !== undefined) gl.uniform1i(at, v.whole);
      else gl["uniform" + v.length + "fv"](at, v);
    }
  }

  // The whole picture. scene: see stage.js.
  paint(scene) {
    const gl = this.gl;
    gl.enable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    this.castShadows(scene);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.clear(this.canvas.width, this.canvas.height);
    if (!scene.indoors) this.sky(scene);
    // Depths first, so that the dear shader runs once for a point.
    gl.colorMask(false, false, false, false);
    this.everything(this.depth, scene, scene.camera.view);
    gl.colorMask(true, true, true, true);
    gl.depthFunc(gl.LEQUAL);
    this.lightUp(scene);
    this.everything(this.main, scene, scene.camera.view);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    this.plates(this.plate, scene, true);
    gl.disable(gl.BLEND);
  }

  castShadows(scene) {
    const gl = this.gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.shadow.frame);
    this.clear(SHADOW_SIZE, SHADOW_SIZE);
    gl.useProgram(this.depth.program);
    gl.enable(gl.POLYGON_OFFSET_FILL);
    gl.polygonOffset(2, 4);
    this.everything(this.depth, scene, scene.shadowView, !scene.indoors);
    gl.disable(gl.POLYGON_OFFSET_FILL);
  }

  lightUp(scene) {
    const gl = this.gl, program = this.main, lamps = scene.lamps, pad = (list, n) => list.concat(Array(n * 3 - list.length).fill(0));
    gl.useProgram(program.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.shadow.depth);
    this.set(program, { shadow: { whole: 0 }, eye: scene.camera.eye, sunTowards: scene.sun.towards, sunColour: scene.sun.colour, ambient: scene.ambient,
      fog: scene.sky, lamps: { whole: lamps.length }, people: { whole: Math.min(8, scene.people.length) } });
    gl.uniform3fv(program.place("lampAt"), pad(lamps.flatMap((l) => l.at), 2));
    gl.uniform3fv(program.place("lampColour"), pad(lamps.flatMap((l) => l.colour), 2));
    gl.uniform3fv(program.place("feet"), pad(scene.people.slice(0, 8).flatMap((p) => p.place), 8));
  }

  clear(width, height) {
    this.gl.viewport(0, 0, width, height);
    this.gl.clearColor(0, 0, 0, 1);
    this.gl.clear(this.gl.COLOR_BUFFER_BIT | this.gl.DEPTH_BUFFER_BIT);
  }

  sky(scene) {
    this.gl.useProgram(this.skyProgram.program);
    this.set(this.skyProgram, { sky: scene.sky, tilt: scene.camera.tilt });
    this.draw(this.square);
  }

  // things: whether the place is drawn, too. only: the one person that is drawn.
  everything(program, scene, view, things = true, only = null) {
    const gl = this.gl;
    gl.useProgram(program.program);
    this.set(program, { eye: scene.camera.eye });
    gl.uniformMatrix4fv(program.place("view"), false, view);
    gl.uniformMatrix4fv(program.place("shadowView"), false, scene.shadowView);
    this.set(program, { skinned: false, toon: 0, mark: 0 });
    if (things) this.draw(scene.things);
    scene.people.forEach((person, i) => {
      if (only !== null && only !== i) return;
      this.set(program, { skinned: true, mark: i + 1 });
      gl.uniformMatrix4fv(program.place("bone"), false, person.matrices.flat());
      if (program === this.main) this.dress(program, person.avatar);
      this.draw(person.uploaded);
    });
  }

  dress(program, avatar) {
    const gl = this.gl, { look, face, parts } = avatar, all = (f) => parts.flatMap(f);
    gl.uniform4fv(program.place("partA"), all((p) => [...p.a, p.ra]));
    gl.uniform4fv(program.place("partB"), all((p) => [...p.b, p.rb]));
    gl.uniform4fv(program.place("partC"), all((p) => [...p.colour, p.kind]));
    gl.uniform4fv(program.place("partD"), all((p) => [p.flat, p.cut, p.open === undefined ? -9 : p.open, 0]));
    this.set(program, { face: [...face.centre, face.radius], eyeColour: look.eyes, otherColour: look.patternColour,
      style: [look.eyeSize, look.pattern], toon: look.toon });
  }

  plates(program, scene, text) {
    const gl = this.gl;
    gl.useProgram(program.program);
    gl.uniformMatrix4fv(program.place("view"), false, scene.camera.view);
    this.set(program, { eye: scene.camera.eye });
    scene.people.forEach((person, i) => {
      if (!person.plate) return;
      const { texture, size, middle } = person.plate;
      if (text) { gl.activeTexture(gl.TEXTURE0); gl.bindTexture(gl.TEXTURE_2D, texture); }
      this.set(program, { middle, across: scene.camera.across, size, mark: 101 + i, text: { whole: 0 } });
      this.draw(this.square);
    });
  }

  // A texture with a name plate, as the game draws them: dark, with round corners and white letters.
  textureOf(canvas) {
    const gl = this.gl, texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }

  // Bytes of four for each point, from the lowest row up: the mark, then the distance. only: one person alone.
  look(scene, only = null) {
    const gl = this.gl, { width, height } = this.marked, bytes = new Uint8Array(width * height * 4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.marked.frame);
    this.clear(width, height);
    this.everything(this.marks, scene, scene.camera.view, only === null, only);
    if (only === null) this.plates(this.plateMarks, scene, false);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return bytes;
  }
}

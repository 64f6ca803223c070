// A server that nobody should ever ask for anything.
import http from 'node:http';

export class Trap {
  hits = [];
  #waiting = new Map();

  async open() {
    this.server = http.createServer((request, response) => {
      this.hits.push(request.url);
      this.#waiting.get(request.url)?.();
      response.writeHead(200, { 'Content-Type': 'image/gif', 'Access-Control-Allow-Origin': '*' });
      response.end(Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'));
    });
    // Who only connects was told to do so ahead of asking.
    this.server.on('connection', () => this.hits.push('a connection'));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get address() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  /** Returns once somebody has asked for that path. */
  async sprung(path) {
    if (!this.hits.includes(path)) await new Promise((resolve) => this.#waiting.set(path, resolve));
  }

  close() {
    this.server.closeAllConnections?.();
    this.server.close();
  }
}

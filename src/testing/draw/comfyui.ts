import { writeFileSync, mkdtempSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { plainPng } from '../pictures.ts';
import type { DrawWorld, FakeDrawRequest, FakeDrawWire, Reply } from './server.ts';

/** A workflow as ComfyUI exports it for its API, in a file of its own. */
export function workflowFile(): string {
  const nodes = {
    '3': { class_type: 'KSampler', inputs: { seed: 1, steps: 20 } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a house' } },
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } },
    '10': { class_type: 'LoadImage', inputs: { image: 'none.png' } },
    '11': { class_type: 'LoadImage', inputs: { image: 'none.png' } },
  };
  const file = join(mkdtempSync(join(tmpdir(), 'familiar-workflow-')), 'workflow.json');
  writeFileSync(file, JSON.stringify(nodes));
  return file;
}

/** ComfyUI: a queue, a history, and a WebSocket for each client. */
export class FakeComfyUi implements FakeDrawWire {
  /** Whether it takes WebSockets. */
  sockets = true;
  private readonly server = new WebSocketServer({ noServer: true });
  private readonly clients = new Map<string, WebSocket>();

  upgrade(incoming: IncomingMessage, socket: Duplex): void {
    if (!this.sockets) return void socket.destroy();
    const client = new URL(incoming.url ?? '/', 'http://fake').searchParams.get('clientId') ?? '';
    this.server.handleUpgrade(incoming, socket, Buffer.alloc(0), (opened) => void this.clients.set(client, opened));
  }

  handle(request: FakeDrawRequest, world: DrawWorld): Reply | undefined {
    const { method, path, query } = request;
    if (path === '/system_stats') return { json: { system: {} } };
    if (path === '/upload/image') return { json: { name: request.files[0]?.name, subfolder: '', type: 'input' } };
    if (path === '/prompt' && method === 'POST') return this.begin(request, world);
    if (path === '/queue' && method === 'GET') {
      const [first, ...rest] = [...world.jobs.keys()].map((id, index) => [index, id, {}, {}, []]);
      return { json: { queue_running: first ? [first] : [], queue_pending: rest } };
    }
    if (path === '/queue' || path === '/interrupt') return { json: {} };
    if (path === '/view') return { bytes: query.get('type') === 'output' ? world.picture() : plainPng(1, 1) };
    const [, id] = /^\/history\/(.+)$/.exec(path) ?? [];
    return id === undefined ? undefined : { json: history(world, id) };
  }

  private begin(request: FakeDrawRequest, world: DrawWorld): Reply {
    const job = world.begin(request);
    const socket = this.clients.get(String(request.body['client_id']));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(1, 0);
    head.writeUInt32BE(2, 4);
    socket?.send(Buffer.concat([head, plainPng(64, 32)]));
    socket?.send(JSON.stringify({ type: 'progress', data: { value: 1, max: 20 } }));
    socket?.send(JSON.stringify({ type: 'executing', data: { node: null, prompt_id: job.id } }));
    return { json: { prompt_id: job.id, number: 1, node_errors: {} } };
  }
}

function history(world: DrawWorld, id: string): object {
  if (!world.look(id).isDone) return {};
  if (world.ending === 'failed') {
    const error = { exception_type: 'RuntimeError', exception_message: 'CUDA out of memory' };
    return { [id]: { outputs: {}, status: { status_str: 'error', messages: [['execution_error', error]] } } };
  }
  const saved = { filename: 'x_1.png', subfolder: '', type: 'output' };
  const shown = { filename: 'p_1.png', subfolder: '', type: 'temp' };
  const outputs = world.ending === 'no-image' ? {} : { '8': { images: [shown] }, '9': { images: [saved] } };
  return { [id]: { outputs, status: { status_str: 'success', completed: true, messages: [] } } };
}

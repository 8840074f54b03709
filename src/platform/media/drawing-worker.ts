// The thread that draws: see drawing-thread.ts.
import { parentPort } from 'node:worker_threads';
import { errorMessage } from '../../kernel/errors.ts';
import { drawBarChart } from './draw-bar-chart.ts';
import type { DrawingAnswer, DrawingRequest } from './drawing-thread.ts';

const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread of drawing-thread.ts');

async function answer({ id, scene }: DrawingRequest): Promise<DrawingAnswer> {
  try {
    return { id, png: await drawBarChart(scene) };
  } catch (error) {
    return { id, problem: errorMessage(error) };
  }
}

/** One picture at a time: a crowd of them would hold all their pixels at once. */
let last = Promise.resolve();
port.on('message', (request: DrawingRequest) => {
  last = last.then(async () => port.postMessage(await answer(request)));
});

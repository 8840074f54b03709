// The thread that draws: see drawing-thread.ts.
import { serve } from '../threads/index.ts';
import { drawBarChart } from './draw-bar-chart.ts';
import type { Scene } from './scene.ts';

// One picture at a time, because many would hold all their pixels in memory at once.
serve((scene: Scene) => drawBarChart(scene));

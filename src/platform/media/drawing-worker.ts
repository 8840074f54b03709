// The thread that draws: see drawing-thread.ts.
import { serve } from '../threads/index.ts';
import { drawBarChart } from './draw-bar-chart.ts';
import type { Scene } from './scene.ts';

// One picture at a time: a crowd of them would hold all their pixels at once.
serve((scene: Scene) => drawBarChart(scene));

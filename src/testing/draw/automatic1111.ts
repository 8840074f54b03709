import { fakePreviewLimit } from './server.ts';
import type { DrawWorld, FakeDrawRequest, FakeDrawWire, Reply } from './server.ts';

/** The web UI with `--api`: one drawing at a time. */
export class FakeAutomatic1111 implements FakeDrawWire {
  /** The task that runs. */
  private task: string | null = null;
  /** Called when the progress has been looked at often enough. */
  private seen: (() => void) | undefined;
  private looks = 0;

  handle(request: FakeDrawRequest, world: DrawWorld): Reply | undefined | Promise<Reply> {
    const { path, body } = request;
    switch (path) {
      case '/sdapi/v1/sd-models':
        return { json: [{ title: 'dreamer.safetensors [abc]', model_name: 'dreamer' }] };
      case '/sdapi/v1/txt2img':
      case '/sdapi/v1/img2img':
        return this.draw(body, world);
      case '/sdapi/v1/extra-single-image':
        return { json: { image: world.base64(), html_info: '' } };
      case '/sdapi/v1/progress':
        this.looks += 1;
        if (this.looks >= fakePreviewLimit) this.seen?.();
        return { json: { progress: 0.5, state: {}, current_task: this.task, current_image: world.base64() } };
      case '/sdapi/v1/interrupt':
        return { json: {} };
      default:
        return undefined;
    }
  }

  private async draw(body: Record<string, unknown>, world: DrawWorld): Promise<Reply> {
    this.task = String(body['force_task_id']);
    this.looks = 0;
    if (world.ending === 'never') return new Promise<Reply>(() => undefined);
    if (world.slow) await new Promise<void>((resolve) => (this.seen = resolve));
    this.task = null;
    const count = world.ending === 'no-image' ? 0 : Number(body['batch_size']);
    const images = Array.from({ length: count }, () => world.base64());
    return {
      json: { images, parameters: {}, info: JSON.stringify({ all_seeds: images.map((_, index) => 40 + index) }) },
    };
  }
}

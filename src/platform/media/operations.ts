import type {
  FinishedImage,
  FinishOptions,
  FitLimits,
  GifOptions,
  ImageInfo,
  MadeAnimation,
  MadeImage,
  PaintOptions,
  RasteriseOptions,
  ZoomStep,
} from './image-port.ts';

/** What is told about a made image; its bytes are the file in the same place. */
export type Made = Omit<MadeImage, 'bytes'>;

/** What is drawn on an image of a sheet or a tree, and its place in the tree. */
export interface SheetEntry {
  label: string;
  id: string;
  parentIds: readonly string[];
}

/** `delaysMs` comes with the single images of a video. */
type AnimationResult = Omit<MadeAnimation, 'bytes'> & { delaysMs?: readonly number[] };

/** The requests to an image process: files go with the options, made files come with the result. */
export interface Operations {
  inspect: { options: null; result: ImageInfo };
  fit: { options: FitLimits; result: Made };
  finish: {
    options: FinishOptions;
    /** Unchanged files don't come back. */
    result: Omit<FinishedImage, 'bytes'> & { unchanged: boolean };
  };
  enlarge: { options: { left: number; top: number; right: number; bottom: number }; result: Made[] };
  cellMask: { options: { cells: readonly number[] }; result: Made[] };
  numbered: { options: null; result: Made };
  sheet: { options: { entries: readonly SheetEntry[] }; result: Made };
  tree: { options: { entries: readonly SheetEntry[] }; result: Made };
  scale: { options: { factor: number }; result: Made };
  animate: { options: GifOptions; result: AnimationResult };
  zoom: { options: GifOptions & { inner: readonly (ZoomStep['inner'] | null)[] }; result: AnimationResult };
  paint: {
    options: Pick<PaintOptions, 'prompt' | 'width' | 'height' | 'seed' | 'margins'> & {
      hasBase: boolean;
      hasMask: boolean;
    };
    result: Made;
  };
  rasterise: { options: RasteriseOptions; result: Made };
}

export type OperationName = keyof Operations;

export interface RequestHead<Name extends OperationName = OperationName> {
  operation: Name;
  options: Operations[Name]['options'];
}

export interface ReplyHead<Name extends OperationName = OperationName> {
  result?: Operations[Name]['result'];
  failure?: { code: string; message: string };
  residentBytes: number;
}

/** What an operation of the image process comes to. */
export type Outcome<Name extends OperationName> = Answer<Operations[Name]['result']>;

export interface Answer<Result> {
  result: Result;
  files: readonly Uint8Array[];
}

export type Operation<Name extends OperationName> = (
  files: readonly Uint8Array[],
  options: Operations[Name]['options'],
) => Promise<Outcome<Name>>;

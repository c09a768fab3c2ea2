import type { Value } from '../../stack/expr.js';
import type { Metric } from './metrics.js';

/** Where CloudFront and its web ACL report. */
export const edgeRegion = 'us-east-1';

/** A line of a graph; or an expression that finds metrics, with a label made of each one's dimensions. */
export type Line =
  | { readonly metric: Metric; readonly label: string; readonly stat?: string }
  | { readonly expression: Value<string>; readonly label: string };

/** A graph, not yet placed. `region`: default the project's. */
export interface Widget {
  readonly title: string;
  readonly stat: string;
  readonly lines: readonly Line[];
  readonly region: string | undefined;
}

export type Row = readonly Widget[];

export const widget = (title: string, stat: string, lines: readonly Line[], region?: string): Widget => ({
  title,
  stat,
  lines,
  region,
});

/** A dashboard is 24 columns wide. */
const columns = 24;
const height = 6;

/**
 * The `widgets` of a dashboard body: each row as wide as the page, its widgets of equal width; empty rows take no place.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html (read 2026-11-25)
 */
export function placed(rows: readonly Row[], region: string): readonly object[] {
  return rows
    .filter((row) => row.length > 0)
    .flatMap((row, index) => row.map((item, place) => body(item, columns / row.length, place, index, region)));
}

function body(item: Widget, width: number, place: number, row: number, region: string): object {
  return {
    type: 'metric',
    x: place * width,
    y: row * height,
    width,
    height,
    properties: {
      title: item.title,
      view: 'timeSeries',
      stacked: false,
      region: item.region ?? region,
      period: 300,
      stat: item.stat,
      metrics: item.lines.map(lineOf),
    },
  };
}

function lineOf(line: Line, index: number): readonly (Value<string> | object)[] {
  if ('expression' in line) return [{ ...line, id: `e${String(index + 1)}` }];
  const { namespace, name, dimensions } = line.metric;
  return [namespace, name, ...Object.entries(dimensions).flat(), { label: line.label, stat: line.stat }];
}

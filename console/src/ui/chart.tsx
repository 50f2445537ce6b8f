// A figure over time. The drawing is uPlot's, loaded when the first chart is shown; its colours are those of the page.

import {useEffect, useRef} from 'preact/hooks';
import type uPlot from 'uplot';
import {useScheme} from '../app/theme.ts';
import {clockOf} from '../format/time.ts';
import {words} from '../format/words.ts';
import {useGet} from './load.ts';
import {Refused, Skeleton} from './states.tsx';

export interface Series {
  metric: string;
  from: string;
  to: string;
  step: number;
  lines: {name: string; values: (number | null)[]}[];
}

const height = 132;
/** Marks of the time axis stand at full hours. */
const hourIncrements = [1, 2, 3, 6, 12, 24].map(hours => hours * 3600);
const lineTokens = ['--accent', '--good-line', '--warn-line', '--info-line', '--bad-line', '--calm-line'];

interface Props {
  title: string;
  metric: string;
  /** A second metric, as further lines of the same chart. */
  also?: string;
  /** How a value is written. */
  write: (value: number) => string;
  /** What stands for all values; absent: their sum. */
  total?: (lines: Series['lines']) => string;
}

/** The chart of a metric with the sum of its values; nothing where the server does not offer it. */
export function ChartCard({title, metric, also, write, total}: Props) {
  const {data: series, problem} = useGet<Series>('/v1/series', {metric}, 60);
  const second = useGet<Series>(also && '/v1/series', {metric: also}, 60);
  if (problem?.status === 404) return null;
  const lines = [...series?.lines ?? [], ...series && second.data ? second.data.lines : []];
  const sum = lines.flatMap(line => line.values).reduce((before: number, value) => before + (value ?? 0), 0);
  return (
    <figure class="card chart">
      <figcaption><h2>{title} <span class="chart-span">24 h</span></h2>{series ? <span class="chart-total num">{total ? total(lines) : write(sum)}</span> : null}</figcaption>
      {problem ? <Refused problem={problem} /> : !series ? <Skeleton lines={4} />
        : lines.every(line => line.values.every(value => value === null)) ? <p class="quiet">Nothing in 24 hours.</p> : <Plot series={series} more={second.data} lines={lines} write={write} />}
      {lines.length > 1 ? (
        <ul class="legend">{lines.map((line, index) => <li key={line.name} class={`line-${index % lineTokens.length}`}>{words(line.name)}</li>)}</ul>
      ) : null}
    </figure>
  );
}

function Plot({series, more, lines, write}: {series: Series; more: Series | undefined; lines: Series['lines']; write: (value: number) => string}) {
  const frame = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    const place = frame.current;
    if (!place) return;
    let plot: uPlot | undefined;
    let gone = false;
    const follow = new ResizeObserver(() => plot?.setSize({width: place.clientWidth, height}));
    void import('uplot').then(({default: Plotter}) => {
      if (gone) return;
      plot = new Plotter(options(place, lines, write), data(series, lines), place);
      follow.observe(place);
    });
    return () => {
      gone = true;
      follow.disconnect();
      plot?.destroy();
    };
  }, [series, more, scheme]);
  return <div class="plot" ref={frame} role="img" aria-label={summary(series, lines, write)} />;
}

function data(series: Series, lines: Series['lines']): uPlot.AlignedData {
  const start = Date.parse(series.from) / 1000;
  const times = (lines[0]?.values ?? []).map((_, index) => start + index * series.step);
  return [times, ...lines.map(line => line.values)];
}

function options(place: HTMLElement, lines: Series['lines'], write: (value: number) => string): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (token: string) => resolved(place, style.getPropertyValue(token));
  const font = `11px ${style.fontFamily}`;
  const axis = {stroke: colour('--ink-3'), font, ticks: {show: false}, grid: {stroke: colour('--line'), width: 1}};
  const hours = (at: number) => clockOf(new Date(at * 1000).toISOString()).slice(0, 5);
  return {
    width: place.clientWidth,
    height,
    legend: {show: false},
    cursor: {show: false},
    scales: {x: {time: false}, y: {range: (_, __, most) => [0, Math.max(most || 0, 1) * 1.08]}},
    axes: [
      {...axis, grid: {show: false}, size: 22, space: 48, incrs: hourIncrements, values: (_, at) => at.map(hours)},
      {...axis, size: 46, space: 36, values: (_, values) => values.map(value => Number.isInteger(value) ? write(value) : '')},
    ],
    series: [{}, ...lines.map((_, index) => {
      const stroke = colour(lineTokens[index % lineTokens.length]!);
      return {stroke, width: 1.5, points: {show: false}, spanGaps: false, ...(lines.length === 1 ? {fill: faded(stroke)} : {})};
    })],
    padding: [8, 8, 0, 0],
  };
}

/** light-dark() and the like as the browser computes them, since a canvas knows plain colours only. */
function resolved(place: HTMLElement, value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  place.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function faded(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)');
}

/** What a person who does not see the drawing should know of it. */
function summary(series: Series, lines: Series['lines'], write: (value: number) => string): string {
  return lines.map(line => {
    const known = line.values.filter(value => value !== null);
    if (known.length === 0) return `${words(line.name)}: nothing`;
    const most = Math.max(...known);
    const at = new Date(Date.parse(series.from) + line.values.indexOf(most) * series.step * 1000).toISOString();
    return `${words(line.name)}: at most ${write(most)}, at ${clockOf(at).slice(0, 5)} UTC`;
  }).join('; ');
}

// A figure over time. The drawing is uPlot's, loaded when the first chart is shown; its colours are those of the page.

import {useEffect, useRef} from 'preact/hooks';
import type uPlot from 'uplot';
import {useScheme} from '../app/theme.ts';
import {setQuery, useRoute} from '../app/router.ts';
import {clockOf, dayOf} from '../format/time.ts';
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

/** How far back a chart looks; all in seconds. `marks`: between two marks of the time axis. */
interface ChartSpan {
  label: string;
  length: number;
  step: number;
  marks: number[];
}

const minute = 60;
const hour = 3600;
const day = 86_400;
const chartSpans: Record<string, ChartSpan> = {
  hour: {label: '1 h', length: hour, step: minute, marks: [5, 10, 15, 30].map(minutes => minutes * minute)},
  day: {label: '24 h', length: day, step: 15 * minute, marks: [1, 2, 3, 6, 12, 24].map(hours => hours * hour)},
  week: {label: '7 days', length: 7 * day, step: hour, marks: [1, 2, 7].map(days => days * day)},
  month: {label: '30 days', length: 30 * day, step: 6 * hour, marks: [1, 2, 5, 10, 20].map(days => days * day)},
};

const height = 132;
const lineTokens = ['--accent', '--good-line', '--warn-line', '--info-line', '--bad-line', '--calm-line'];
/** Lines whose colour says something, by their place among `lineTokens`. */
const ownColours: Record<string, number> = {delivered: 1, to_retry: 2, dead: 4, cancelled: 5};
const colourOf = (line: {name: string}, index: number) => ownColours[line.name] ?? index % lineTokens.length;

/** The choice of the span of all charts, which stays in the address. */
export function ChartSpans({chosen}: {chosen: string}) {
  return (
    <div class="tabs" role="group" aria-label="Charts of the last">
      {Object.entries(chartSpans).map(([name, {label}]) => (
        <button key={name} type="button" aria-pressed={name === chosen}
          onClick={() => setQuery({charts: name === 'day' ? undefined : name})}>{label}</button>
      ))}
    </div>
  );
}

export function useChartSpan(): string {
  const name = useRoute().query.get('charts') ?? '';
  return name in chartSpans ? name : 'day';
}

/** No more lines than colours: the smallest are added up. */
function fewer(lines: Series['lines']): Series['lines'] {
  if (lines.length <= lineTokens.length) return lines;
  const sum = (line: Series['lines'][number]) => line.values.reduce((before: number, value) => before + (value ?? 0), 0);
  const kept = [...lines].sort((one, other) => sum(other) - sum(one)).slice(0, lineTokens.length - 1);
  const rest = lines.filter(line => !kept.includes(line));
  const values = (rest[0]?.values ?? []).map((_, index) => rest.reduce((before, line) => before + (line.values[index] ?? 0), 0));
  return [...lines.filter(line => kept.includes(line)), {name: 'all_others', values}];
}

interface Props {
  title: string;
  /** Of `chartSpans`. */
  span: string;
  metric: string;
  /** A second metric, as further lines of the same chart. */
  also?: string;
  /** How a value is written. */
  write: (value: number) => string;
  /** What stands for all values; absent: their sum. */
  total?: (lines: Series['lines']) => string;
}

/** The chart of a metric with the sum of its values; nothing where the server does not offer it. */
export function ChartCard({title, span, metric, also, write, total}: Props) {
  const {label, length, step} = chartSpans[span]!;
  const now = Math.floor(Date.now() / 1000 / step) * step;
  const query = {step: String(step), from: new Date((now - length + step) * 1000).toISOString()};
  const {data, problem} = useGet<Series>('/v1/series', {metric, ...query}, 60);
  const second = useGet<Series>(also && '/v1/series', {metric: also, ...query}, 60);
  // When a new step begins, what was shown stays until its successor is there.
  const before = useRef<{span: string; data: Series}>(undefined);
  if (data) before.current = {span, data};
  const series = before.current?.span === span ? before.current.data : undefined;
  if (problem?.status === 404) return null;
  const lines = fewer([...series?.lines ?? [], ...series && second.data ? second.data.lines : []]);
  const sum = lines.flatMap(line => line.values).reduce((before: number, value) => before + (value ?? 0), 0);
  return (
    <figure class="card chart">
      <figcaption><h2>{title} <span class="chart-span">{label}</span></h2>{series ? <span class="chart-total num">{total ? total(lines) : write(sum)}</span> : null}</figcaption>
      {problem ? <Refused problem={problem} /> : !series ? <Skeleton lines={4} />
        : lines.every(line => line.values.every(value => value === null)) ? <p class="quiet">Nothing in the last {label}.</p>
          : <Plot series={series} more={second.data} lines={lines} span={span} write={write} />}
      {lines.length > 1 ? (
        <ul class="legend">{lines.map((line, index) => <li key={line.name} class={`line-${colourOf(line, index)}`}>{words(line.name)}</li>)}</ul>
      ) : null}
    </figure>
  );
}

interface PlotProps {
  series: Series;
  more: Series | undefined;
  lines: Series['lines'];
  span: string;
  write: (value: number) => string;
}

function Plot({series, more, lines, span, write}: PlotProps) {
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
      plot = new Plotter(options(place, lines, span, write), data(series, lines), place);
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

function options(place: HTMLElement, lines: Series['lines'], span: string, write: (value: number) => string): uPlot.Options {
  const {marks, step} = chartSpans[span]!;
  const style = getComputedStyle(place);
  const colour = (token: string) => resolved(place, style.getPropertyValue(token));
  const font = `11px ${style.fontFamily}`;
  const axis = {stroke: colour('--ink-3'), font, ticks: {show: false}, grid: {stroke: colour('--line'), width: 1}};
  const mark = (at: number) => {
    const time = new Date(at * 1000).toISOString();
    return step < hour ? clockOf(time).slice(0, 5) : dayOf(time).slice(0, -5);
  };
  return {
    width: place.clientWidth,
    height,
    legend: {show: false},
    cursor: {show: false},
    scales: {x: {time: false}, y: {range: (_, __, most) => [0, Math.max(most || 0, 1) * 1.08]}},
    axes: [
      {...axis, grid: {show: false}, size: 22, space: 48, incrs: marks, values: (_, at) => at.map(mark)},
      {...axis, size: 46, space: 36, values: (_, values) => values.map(value => Number.isInteger(value) ? write(value) : '')},
    ],
    series: [{}, ...lines.map((line, index) => {
      const stroke = colour(lineTokens[colourOf(line, index)]!);
      const isPoint = line.values.filter(value => value !== null).length === 1; // which no line would show
      return {stroke, width: 1.5, points: {show: isPoint, size: 6, fill: stroke}, spanGaps: false, ...(lines.length === 1 ? {fill: faded(stroke)} : {})};
    })],
    padding: [8, 18, 0, 0],
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
    return `${words(line.name)}: at most ${write(most)}, on ${dayOf(at)} at ${clockOf(at).slice(0, 5)} UTC`;
  }).join('; ');
}

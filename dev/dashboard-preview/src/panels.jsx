// Copyright (c) 2026, The operability.readiness contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The panels, drawn by Grafana's own components where its packages have them.
import {
  FieldConfigOptionsRegistry,
  VizOrientation,
  applyFieldOverrides,
  cacheFieldDisplayNames,
  getDisplayValueAlignmentFactors,
  getFieldDisplayName,
  getFieldDisplayValues,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { BarGauge, BigValue, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { firstValueFrom } from 'rxjs';

const known = new Set();
standardTransformersRegistry.setInit(() =>
  Object.values(standardTransformers)
    .filter((one) => !known.has(one.id) && known.add(one.id))
    .map((one) => ({ id: one.id, name: one.name, transformation: () => Promise.resolve(one), editor: () => null }))
);

// the list of what a field can be configured with is part of the server's front end, not of the packages
const PROPERTIES = ['displayName', 'unit', 'decimals', 'min', 'max', 'noValue', 'mappings', 'thresholds', 'color', 'links'];
const CUSTOM = ['width', 'minWidth', 'align', 'wrapText', 'cellOptions', 'hidden', 'hideFrom', 'lineWidth', 'lineInterpolation', 'drawStyle'];
const CUSTOM_TOO = ['fillOpacity', 'stacking', 'showPoints', 'spanNulls', 'axisPlacement', 'scaleDistribution', 'pointSize'];
export const registry = new FieldConfigOptionsRegistry(() => [
  ...PROPERTIES.map((id) => property(id, id, false)),
  ...[...CUSTOM, ...CUSTOM_TOO].map((id) => property(`custom.${id}`, id, true)),
]);

function property(id, path, isCustom) {
  return { id, path, isCustom, name: id, editor: () => null, override: () => null, process: (value) => value, shouldApply: () => true };
}

/** The frames after the transformations and overrides of the panel, and the overrides that met nothing. */
export async function prepare(panel, found, theme, replaceVariables) {
  const context = { interpolate: (text) => replaceVariables(text) };
  const changed = panel.transformations?.length ? await firstValueFrom(transformDataFrame(panel.transformations, found, context)) : found;
  // before the overrides, which may rename
  const names = new Set(changed.flatMap((frame) => frame.fields.map((field) => getFieldDisplayName(field, frame, changed))));
  const data = applyFieldOverrides({
    data: changed,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: registry,
    replaceVariables,
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(data);
  const unmatched = data.length
    ? panel.fieldConfig.overrides.filter((one) => one.matcher.id === 'byName' && !names.has(one.matcher.options))
    : [];
  return { data, unmatched: unmatched.map((one) => one.matcher.options) };
}

export function Drawn({ panel, data, width, height, theme, range, replaceVariables, lines }) {
  if (data.length === 0 || data.every((frame) => frame.length === 0)) {
    return <div className="nothing">{panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;
  }
  if (panel.type === 'table') {
    return <TableNG data={data[0]} width={width} height={height} fieldConfig={panel.fieldConfig} noValue="" timeRange={range} enableVirtualization={false} />;
  }
  if (panel.type === 'timeseries') {
    return <TimeSeries frames={data} width={width} height={height} timeRange={range} timeZone="utc" legend={panel.options.legend} options={{}} />;
  }
  if (panel.type === 'state-timeline') {
    return <States data={data} height={height} theme={theme} range={range} lines={lines} />;
  }
  return <Values panel={panel} data={data} width={width} height={height} theme={theme} replaceVariables={replaceVariables} />;
}

/** Tiles and bars: one for each series. */
function Values({ panel, data, width, height, theme, replaceVariables }) {
  const { options } = panel;
  const values = () =>
    getFieldDisplayValues({ data, fieldConfig: panel.fieldConfig, reduceOptions: options.reduceOptions, replaceVariables, theme, timeZone: 'utc' });
  const tile = ({ value, width, height, count, alignmentFactors }) => (
    <BigValue
      {...{ width, height, count, theme, alignmentFactors }}
      value={value.display}
      colorMode={options.colorMode}
      graphMode={options.graphMode}
      justifyMode={options.justifyMode}
      textMode={options.textMode === 'value_and_name' || count > 1 || options.textMode !== 'auto' ? options.textMode : 'value'}
      text={options.text}
      wideLayout={options.wideLayout}
    />
  );
  const bar = ({ value, width, height, orientation, alignmentFactors }) => (
    <BarGauge
      {...{ width, height, orientation, theme, alignmentFactors }}
      field={value.field}
      value={value.display}
      display={value.view?.getFieldDisplayProcessor(value.colIndex)}
      displayMode={options.displayMode}
      valueDisplayMode={options.valueMode}
      namePlacement={options.namePlacement}
      showUnfilled={options.showUnfilled}
      text={options.text}
    />
  );
  const bars = panel.type === 'bargauge';
  return (
    <VizRepeater
      source={data}
      renderCounter={1}
      width={width}
      height={height}
      getValues={values}
      renderValue={bars ? bar : tile}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      orientation={options.orientation === 'auto' ? VizOrientation.Auto : options.orientation}
      autoGrid={!bars}
      itemSpacing={bars ? 10 : 3}
      minVizHeight={bars ? (options.minVizHeight ?? 16) : undefined}
      minVizWidth={bars ? (options.minVizWidth ?? 8) : undefined}
      maxVizHeight={bars ? (options.maxVizHeight ?? 300) : undefined}
    />
  );
}

/** Grafana's state timeline is not among the packages: rows of coloured stretches. */
function States({ data, height, theme, range, lines }) {
  const from = range.from.valueOf();
  const share = (moment) => (100 * (Math.max(moment, from) - from)) / (range.to.valueOf() - from);
  const row = Math.min(34, (height - 20) / data.length);
  return (
    <div className="states" style={{ height }}>
      {data.map((frame, number) => (
        <div className="row" key={number} style={{ height: row }}>
          <span className="name">{getFieldDisplayName(frame.fields[1], frame, data)}</span>
          <span className="track">
            {stretches(frame).map(({ begin, end, shown }, place) => (
              <span
                key={place}
                className="stretch"
                style={{
                  left: `${share(begin)}%`,
                  width: `${share(end) - share(begin)}%`,
                  background: shown.color,
                  color: theme.colors.getContrastText(shown.color ?? '#888'),
                }}
              >
                {share(end) - share(begin) > 6 ? shown.text : ''}
              </span>
            ))}
            {lines.filter((moment) => moment > from).map((moment) => (
              <span key={moment} className="line" style={{ left: `${share(moment)}%` }} />
            ))}
          </span>
        </div>
      ))}
      <div className="axis">
        <span>{new Date(from).toISOString().slice(0, 16).replace('T', ' ')}</span>
        <span>{new Date(range.to.valueOf()).toISOString().slice(0, 16).replace('T', ' ')}</span>
      </div>
    </div>
  );
}

function stretches(frame) {
  const [times, states] = frame.fields;
  const found = [];
  times.values.forEach((moment, place) => {
    const last = found[found.length - 1];
    const value = states.values[place];
    const step = place ? moment - times.values[place - 1] : 0;
    if (last && last.value === value && step < 4 * (last.step || step)) {
      last.end = moment;
      last.step ||= step;
    } else {
      if (last && last.step && step < 4 * last.step) {
        last.end = moment;
      }
      found.push({ begin: moment, end: moment, step: 0, value, shown: states.display(value) });
    }
  });
  return found;
}


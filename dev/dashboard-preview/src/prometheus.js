// Copyright (c) 2026, The operability.readiness contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Asks Prometheus what the queries of a panel ask, as Grafana does, and makes data frames of the answers.
import { FieldType, toDataFrame } from '@grafana/data';

export async function ask(path, parameters) {
  const answer = await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const body = await answer.json();
  if (body.status !== 'success') {
    throw new Error(body.error ?? `${answer.status}`);
  }
  return body.data;
}

const ESCAPED = /[\\^$*+?.()|[\]{}]/g;

/** What a variable becomes in a query: a value, or a group of values for a regular expression. */
function inQuery(value) {
  const values = (Array.isArray(value) ? value : [value]).map((one) => one.replace(ESCAPED, '\\\\$&'));
  return values.length === 1 ? values[0] : `(${values.join('|')})`;
}

export function substitute(text, chosen, render = inQuery) {
  return text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (all, one, other) => {
    const name = one ?? other;
    return name in chosen ? render(chosen[name]) : all;
  });
}

/** The values of every variable: what the address says, else what the dashboard says. */
export async function choose(dashboard, address) {
  const chosen = {};
  for (const variable of dashboard.templating.list) {
    const wanted = address.getAll(`var-${variable.name}`);
    if (variable.type === 'query') {
      const [, selector, label] = variable.query.query.match(/^label_values\((.*), (\w+)\)$/s);
      const values = await ask(`label/${label}/values`, { 'match[]': substitute(selector, chosen) });
      const all = variable.includeAll && wanted.length === 0;
      chosen[variable.name] = wanted.length ? wanted : all ? values : [values[0]];
    } else {
      chosen[variable.name] = wanted[0] ?? variable.query;
    }
  }
  return chosen;
}

function legend(format, labels) {
  if (!format || format === '__auto') {
    return Object.entries(labels)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ');
  }
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_all, name) => labels[name] ?? '');
}

function number(text) {
  return text === 'NaN' ? NaN : Number(text);
}

function table(target, result, several) {
  const names = [...new Set(result.flatMap((series) => Object.keys(series.metric)))].sort();
  const fields = [
    { name: 'Time', type: FieldType.time, values: result.map((series) => series.value[0] * 1000), config: {} },
    ...names.map((name) => ({ name, type: FieldType.string, values: result.map((series) => series.metric[name] ?? ''), config: {} })),
    {
      name: several ? `Value #${target.refId}` : 'Value',
      type: FieldType.number,
      values: result.map((series) => number(series.value[1])),
      config: {},
    },
  ];
  return toDataFrame({ refId: target.refId, fields });
}

export async function frames(panel, chosen, range) {
  const found = [];
  for (const target of panel.targets) {
    const seconds = Math.round((range.to - range.from) / 1000);
    const step = Math.max(15, Math.round(seconds / 300));
    const values = { ...chosen, __range: `${seconds}s`, __interval: `${step}s`, __rate_interval: `${4 * step}s` };
    const query = substitute(target.expr, values);
    const data = target.range
      ? await ask('query_range', { query, start: range.from / 1000, end: range.to / 1000, step })
      : await ask('query', { query });
    if (target.format === 'table') {
      if (data.result.length) {
        found.push(table(target, data.result, panel.targets.length > 1));
      }
      continue;
    }
    for (const series of data.result) {
      const points = series.values ?? [series.value];
      const name = legend(target.legendFormat, series.metric);
      found.push(
        toDataFrame({
          refId: target.refId,
          fields: [
            { name: 'Time', type: FieldType.time, values: points.map((point) => point[0] * 1000), config: {} },
            {
              name: 'Value',
              type: FieldType.number,
              labels: series.metric,
              values: points.map((point) => number(point[1])),
              config: { displayNameFromDS: name },
            },
          ],
        })
      );
    }
  }
  return found;
}

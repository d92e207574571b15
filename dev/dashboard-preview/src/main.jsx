// Copyright (c) 2026, The operability.readiness contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// One dashboard of the role observability over a live Prometheus: /?dashboard=portfolio&theme=dark&var-service=payments
import { ThemeContext, createTheme, dateTime, locationUtil } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Drawn, prepare } from './panels.jsx';
import { ask, choose, frames, substitute } from './prometheus.js';
import './page.css';

const CELL = 38; // a row of Grafana's grid with its gap
const GAP = 8;

const address = new URLSearchParams(location.search);
const theme = createTheme({ colors: { mode: address.get('theme') ?? 'dark' } });
locationUtil.initialize({
  config: { appSubUrl: '' },
  getVariablesUrlParams: () => ({}),
  getTimeRangeForUrl: () => ({ from: 'now-1h', to: 'now' }),
});
const problems = [];

function period(dashboard) {
  const to = Date.now();
  const [, count, unit] = (address.get('from') ?? dashboard.time.from).match(/^now-(\d+)([hd])$/);
  return { from: to - Number(count) * (unit === 'h' ? 3600e3 : 86400e3), to };
}

async function load() {
  const dashboard = await (await fetch(`/dashboards/${address.get('dashboard')}.json`)).json();
  const chosen = await choose(dashboard, address);
  const span = period(dashboard);
  const range = { from: dateTime(span.from), to: dateTime(span.to), raw: { from: dashboard.time.from, to: 'now' } };
  const replaceVariables = (text, scoped = {}) => {
    const data = scoped.__dataContext?.value;
    const field = (_all, one, other) => {
      const at = data?.frame.fields.find((each) => (each.config.displayName ?? each.name) === (one ?? other) || each.state?.displayName === (one ?? other));
      return at && data.rowIndex !== undefined ? String(at.values[data.rowIndex]) : '';
    };
    const filled = text.replace(/\$\{__data\.fields(?:\.(\w+)|\["([^"]+)"\])\}/g, field);
    return substitute(filled, chosen, (value) => (Array.isArray(value) ? value.join(',') : value));
  };
  const lines = [];
  for (const one of dashboard.annotations?.list ?? []) {
    const data = await ask('query', { query: substitute(one.expr, chosen) });
    lines.push(...data.result.map((series) => Number(series.value[1])));
  }
  const panels = [];
  for (const panel of dashboard.panels) {
    try {
      const { data, unmatched } = await prepare(panel, await frames(panel, chosen, span), theme, replaceVariables);
      unmatched.forEach((name) => problems.push(`${panel.title}: the override of ${name} meets nothing`));
      panels.push({ panel, data });
    } catch (error) {
      problems.push(`${panel.title}: ${error.message}`);
    }
  }
  return { dashboard, chosen, range, replaceVariables, panels, lines };
}

function Variable({ variable, chosen }) {
  const value = chosen[variable.name];
  const all = variable.includeAll && !address.has(`var-${variable.name}`);
  return (
    <span className="variable">
      <b>{variable.label}</b> <span>{all ? 'All' : Array.isArray(value) ? value.join(' + ') : value}</span>
    </span>
  );
}

function Page({ dashboard, chosen, range, replaceVariables, panels, lines }) {
  const width = document.documentElement.clientWidth - 2 * GAP;
  const column = (width + GAP) / 24;
  const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  useEffect(() => {
    // charts and tables measure themselves first
    setTimeout(() => {
      window.__problems = problems;
      window.__ready = true;
    }, 700);
  }, []);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div className="page" style={{ background: theme.colors.background.canvas, color: theme.colors.text.primary, '--line': theme.colors.border.medium }}>
        <header>
          <h1>{dashboard.title}</h1>
          {dashboard.templating.list
            .filter((variable) => variable.type !== 'datasource')
            .map((variable) => (
              <Variable key={variable.name} variable={variable} chosen={chosen} />
            ))}
          <nav>
            {dashboard.links.map((link) => (
              <span key={link.title}>{link.title}</span>
            ))}
          </nav>
        </header>
        <main style={{ height: bottom * CELL }}>
          {panels.map(({ panel, data }) => {
            const { x, y, w, h } = panel.gridPos;
            const place = { left: x * column, top: y * CELL, width: w * column - GAP, height: h * CELL - GAP };
            return (
              <section key={panel.id} data-panel={panel.title} style={place}>
                <PanelChrome title={panel.title} description={panel.description} width={place.width} height={place.height} padding={panel.type === 'table' ? 'none' : 'md'}>
                  {(innerWidth, innerHeight) => (
                    <Drawn {...{ panel, data, theme, range, replaceVariables, lines }} width={innerWidth} height={innerHeight} />
                  )}
                </PanelChrome>
              </section>
            );
          })}
        </main>
      </div>
    </ThemeContext.Provider>
  );
}

function Shown() {
  const [loaded, setLoaded] = useState(null);
  useEffect(() => {
    load().then(setLoaded, (error) => {
      window.__problems = [error.message];
      window.__ready = true;
    });
  }, []);
  return loaded ? <Page {...loaded} /> : null;
}

await initPluginTranslations('preview');
createRoot(document.getElementById('root')).render(
  <StrictMode>
    <Shown />
  </StrictMode>
);

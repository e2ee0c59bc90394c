// Dashboards for Grafana 9 and later, without a library. A board is rows of panels; a panel says its width (of 24).
// In its queries `{@}` and `{@,` stand where the matchers of the board's variables go.
local complete = import 'complete.libsonnet';
local source = { type: 'prometheus', uid: '${datasource}' };

{
  // Colours and words.
  red:: { color: 'red', value: null },
  steps(pairs):: { mode: 'absolute', steps: [{ color: pair[0], value: pair[1] } for pair in pairs] },
  bad_if_any:: $.steps([['green', null], ['red', 1]]),
  bad_if_none:: $.steps([['red', null], ['green', 1]]),
  // Days left, by the thresholds of the alerts.
  days(config):: $.steps([['red', null], ['orange', config.thresholds.ca_critical_days], ['green', config.thresholds.ca_warning_days]]),
  yes_no:: [{ type: 'value', options: { '0': { text: 'no', color: 'red' }, '1': { text: 'yes', color: 'green' } } }],

  query(expr, legend='', more={}):: { expr: expr, legendFormat: legend } + more,
  instant(expr, legend=''):: $.query(expr, legend, { instant: true, range: false }),
  cells(expr):: $.query(expr, '', { instant: true, range: false, format: 'table' }),

  panel(type, title, width, targets, description):: {
    type: type,
    title: title,
    description: description,
    width:: width,
    height:: 8,
    datasource: source,
    targets: [targets[n] { refId: std.char(65 + n), datasource: source } for n in std.range(0, std.length(targets) - 1)],
    fieldConfig: { defaults: { unit: 'short' }, overrides: [] },
  },

  stat(title, width, expr, description, thresholds, unit='short', mappings=[])::
    $.panel('stat', title, width, [$.instant(expr)], description) {
      height:: 4,
      fieldConfig: { defaults: { unit: unit, thresholds: thresholds, mappings: mappings, color: { mode: 'thresholds' } }, overrides: [] },
      options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'background', graphMode: 'none', textMode: 'auto' },
    },

  series(title, width, targets, description, unit='short')::
    $.panel('timeseries', title, width, targets, description) {
      fieldConfig: { defaults: { unit: unit, min: 0, custom: { drawStyle: 'line', fillOpacity: 10, spanNulls: false } }, overrides: [] },
      options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    },

  // `hidden`: labels that are not shown. `value`: the heading of the value.
  table(title, width, expr, description, value, unit, thresholds, hidden=[], mappings=[], descending=false)::
    $.panel('table', title, width, [$.cells(expr)], description) {
      fieldConfig: {
        defaults: { mappings: mappings },
        overrides: [{
          matcher: { id: 'byName', options: value },
          properties: [
            { id: 'unit', value: unit },
            { id: 'thresholds', value: thresholds },
            { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
          ],
        }],
      },
      options: { sortBy: [{ displayName: value, desc: descending }], showHeader: true },
      transformations: [{
        id: 'organize',
        options: { excludeByName: { [name]: true for name in ['Time', '__name__'] + hidden }, renameByName: { Value: value } },
      }],
    },

  variable(name, label, expr, all=true):: {
    type: 'query',
    name: name,
    label: label,
    datasource: source,
    query: { query: expr, refId: 'variable-' + name },
    definition: expr,
    refresh: 2,
    sort: 1,
    includeAll: all,
    multi: all,
    allValue: if all then '.*' else null,
    current: if all then { text: 'All', value: '$__all' } else {},
  },

  local placed(rows) =
    local tops = std.foldl(function(done, row) done + [done[std.length(done) - 1] + std.foldl(std.max, [one.height for one in row], 0)], rows, [0]);
    [
      rows[r][n] {
        id: r * 24 + n + 1,
        gridPos: { x: std.foldl(function(sum, one) sum + one.width, rows[r][:n], 0), y: tops[r], w: rows[r][n].width, h: rows[r][n].height },
      }
      for r in std.range(0, std.length(rows) - 1)
      for n in std.range(0, std.length(rows[r]) - 1)
    ],

  board(config, name, title, description, matchers, variables, rows)::
    local written(expr) = complete.query(config, std.strReplace(std.strReplace(expr, '{@}', '{$,%s}' % matchers), '{@,', '{$,%s,' % matchers));
    {
      uid: config.dashboards.prefix + name,
      title: title,
      description: description,
      tags: config.dashboards.tags,
      editable: true,
      schemaVersion: 37,
      version: 1,
      timezone: 'utc',
      refresh: config.dashboards.refresh,
      time: { from: config.dashboards.from, to: 'now' },
      links: [{ type: 'dashboards', title: 'Client certificates', tags: config.dashboards.tags, includeVars: true, keepTime: true, asDropdown: false }],
      templating: {
        list: [{ type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus', current: {} }] +
              [one { query+: { query: written(super.query) }, definition: written(super.definition) } for one in variables],
      },
      panels: [one { targets: [target { expr: written(super.expr) } for target in super.targets] } for one in placed(rows)],
    },
}

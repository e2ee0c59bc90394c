// The shipped files by name: jsonnet -S -m DIRECTORY render.jsonnet (./dev mixin writes them into the tree).
local mixin = import 'mixin.libsonnet';
local rules_text = import 'lib/rules_text.libsonnet';
local severities = import 'lib/severities.libsonnet';

{
  'alerts/nginx-mtls.rules.yml': rules_text(importstr 'alerts/head.txt', mixin.prometheusAlerts.groups),
  'alerts/nginx-mtls-fleet.rules.yml': rules_text(importstr 'alerts/head-fleet.txt', mixin.prometheusRules.groups),
  'alerts/severities.md': severities(mixin.prometheusAlerts.groups),
} + {
  ['dashboards/' + name]: std.manifestJsonEx(mixin.grafanaDashboards[name], '  ')
  for name in std.objectFields(mixin.grafanaDashboards)
}

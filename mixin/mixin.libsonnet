// Alerts, recording rules and dashboards for nginx-mtls-exporter, in the shape that monitoring mixins have.
local complete = import 'lib/complete.libsonnet';

(import 'config.libsonnet') + {
  local config = self._config,

  prometheusAlerts+:: {
    groups+: [
      complete.group(config, of(config))
      for of in [
        import 'alerts/expiry.libsonnet',
        import 'alerts/enforcement.libsonnet',
        import 'alerts/canaries.libsonnet',
        import 'alerts/running.libsonnet',
        import 'alerts/refusals.libsonnet',
        import 'alerts/observed.libsonnet',
        import 'alerts/revocation.libsonnet',
        import 'alerts/exporter.libsonnet',
      ]
    ],
  },

  prometheusRules+:: {
    groups+: [complete.group(config, (import 'fleet.libsonnet')(config))],
  },

  grafanaDashboards+:: {
    [config.dashboards.prefix + board.name + '.json']: board.of(config)
    for board in [
      { name: 'overview', of: import 'dashboards/overview.libsonnet' },
      { name: 'server', of: import 'dashboards/server.libsonnet' },
      { name: 'fleet', of: import 'dashboards/fleet.libsonnet' },
    ]
  },
}

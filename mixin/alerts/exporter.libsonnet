// The exporter itself, and what it cannot see.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_exporter',
    rules: [
      {
        alert: 'NginxMtlsExporterDown',
        expr: 'up{%s} == 0' % config.up_selector,
        'for': '10m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.instance }}: nginx-mtls-exporter does not answer, nothing watches the client certificates there",
          description: "The exporter has ended, or the network does not lead to it.",
          check: "systemctl status nginx-mtls-exporter; journalctl -u nginx-mtls-exporter",
        },
      },
      {
        alert: 'NginxMtlsConfigUnparsed',
        expr: 'nginx_mtls_config_parse_success{$} == 0',
        'for': '10m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.instance }}: nginx would refuse its configuration; metrics show the last good one",
          description: "The running nginx keeps its old configuration, but its next restart fails.",
          check: "nginx -t; nginx-mtls-exporter check",
        },
      },
      {
        alert: 'NginxMtlsFileUnreadable',
        expr: 'nginx_mtls_file_readable{$} == 0',
        'for': '10m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.instance }}: {{ $labels.path }} cannot be read by {{ $labels.reader }}",
          description: "nginx_mtls_bundle_problems for that path says why (missing, permission, not_regular, ...).",
          check: "namei -l '{{ $labels.path }}'",
        },
      },
      {
        alert: 'NginxMtlsValidationStuck',
        expr: 'time() - nginx_mtls_exporter_last_evaluation_timestamp_seconds{$} > %(stuck_seconds)d' % t,
        'for': '10m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.instance }}: no evaluation or rescan for {{ $value | humanizeDuration }}, metrics are stale",
          description: "A file system hangs, or the exporter has a bug. See nginx_mtls_exporter_watch_*; a restart is safe.",
          check: "journalctl -u nginx-mtls-exporter",
        },
      },
    ],
  }

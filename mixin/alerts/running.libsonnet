// What the running nginx has loaded, and its reloads.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_running',
    rules: [
      {
        comment:: |||
          Of these two only one is due at a time.
        |||,
        alert: 'NginxMtlsReloadPending',
        expr: |||
          nginx_mtls_reload_pending{$} == 1
            unless (min_over_time(nginx_mtls_reload_pending{$}[%(pending_critical)s]) == 1 and nginx_mtls_reload_pending{$} offset %(pending_critical)s == 1)
        ||| % t,
        'for': t.pending_warning,
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.instance }}: {{ $labels.path }} has changed, and nginx has not been reloaded since",
          description: "Clients still get what the old version says. Other alerts about this file speak of the new one.",
          check: "nginx -t",
        },
      },
      {
        alert: 'NginxMtlsReloadPendingTooLong',
        expr: 'min_over_time(nginx_mtls_reload_pending{$}[%(pending_critical)s]) == 1 and nginx_mtls_reload_pending{$} offset %(pending_critical)s == 1' % t,
        'for': '1m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.instance }}: nginx has not taken {{ $labels.path }} for hours",
          description: "Nobody reloads nginx after changes, or nginx refuses the reload: then its error log has a line with [emerg].",
          check: "nginx -t",
        },
      },
      {
        alert: 'NginxMtlsLastReloadFailed',
        expr: 'nginx_mtls_nginx_last_reload_successful{$} == 0',
        'for': '5m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.instance }}: nginx refused its last reload and goes on with its old configuration and files",
          description: "A restart would fail. The finding last-reload-refused has nginx's reason.",
          check: "nginx -t",
        },
      },
      {
        alert: 'NginxMtlsOldWorkersHoldOldTrust',
        expr: 'nginx_mtls_nginx_shutting_down_workers{$} > 0',
        'for': t.old_workers,
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.instance }}: {{ $value }} worker(s) from before a reload still serve their connections",
          description: "They go by the CAs and CRLs of that time. A client that was revoked since keeps its connection.",
          check: "ps -o pid,lstart,args -C nginx",
        },
      },
    ],
  }

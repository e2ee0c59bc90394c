// Clients that nginx has refused, by its error log.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_refusals',
    rules: [
      {
        comment:: |||
          On the first day there is no yesterday: then the threshold alone decides.
        |||,
        alert: 'NginxMtlsVerifyFailuresHigh',
        expr: |||
          increase(nginx_mtls_client_verify_failures_total{$}[15m]) >= %(refusals)d
            unless increase(nginx_mtls_client_verify_failures_total{$}[15m])
              <= %(refusals_factor)d * increase(nginx_mtls_client_verify_failures_total{$}[15m] offset 1d)
        ||| % t,
        'for': '5m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.server }} has refused {{ $value | printf \"%.0f\" }} clients in 15 minutes: {{ $labels.reason }}",
          description: "That is at least %(refusals)d, and more than %(refusals_factor)d times what it was a day ago. nginx's error log names the clients' addresses, not their certificates." % t,
          check: "nginx-mtls-exporter explain {{ $labels.code }}",
        },
      },
      {
        alert: 'NginxMtlsVerifyFailuresInvisible',
        expr: 'nginx_mtls_verify_failures_observable{$} == 0',
        'for': '1h',
        labels: { severity: 'info' },
        annotations: {
          summary: "{{ $labels.server }} refuses clients without anybody seeing it",
          description: "No error_log of this server takes level info, or the exporter cannot read the one that does. NginxMtlsVerifyFailuresHigh is blind here.",
          check: "nginx-mtls-exporter check; journalctl -u nginx-mtls-exporter | grep 'error log'",
        },
      },
    ],
  }

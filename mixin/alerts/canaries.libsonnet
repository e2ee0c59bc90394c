// Known clients that get another answer than expected.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_canaries',
    rules: [
      {
        comment:: |||
          The value is the code that nginx logs, 0 without one.
        |||,
        alert: 'NginxMtlsCanaryRejected',
        expr: |||
          (nginx_mtls_canary_error_code{$,expect="accept"} and nginx_mtls_canary_accepted{$,expect="accept"} == 0)
          or nginx_mtls_canary_accepted{$,expect="accept"} == 0
        |||,
        'for': '5m',
        labels: { severity: 'critical', code: "{{ $value }}" },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) refuses client {{ $labels.canary }} ({{ $labels.mode }}{{ if $value }}, code {{ $value }}{{ end }})",
          description: "Real clients of the same CA are probably refused too.{{ if eq $labels.mode \"loaded\" }} This is what the running nginx says with the files that it has loaded; it takes the present ones at its next reload.{{ end }}",
          check: "nginx-mtls-exporter {{ if $value }}explain {{ $value }}{{ else }}check{{ end }}",
        },
      },
      {
        alert: 'NginxMtlsCanaryWronglyAccepted',
        expr: 'nginx_mtls_canary_accepted{$,expect="reject"} == 1',
        'for': '1m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) lets in client {{ $labels.canary }}, which must be refused ({{ $labels.mode }})",
          description: "A revocation is not in effect, or the trust store is wider than intended.{{ if eq $labels.mode \"loaded\" }} This is what the running nginx says with the files that it has loaded; it takes the present ones at its next reload.{{ end }}",
          check: "nginx-mtls-exporter check",
        },
      },
    ],
  }

// CRLs that are stale, end soon or are missing.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_revocation',
    rules: [
      {
        comment:: |||
          The examples for Alertmanager let this alert and NginxMtlsCRLMissingForIssuer silence NginxMtlsCanaryRejected, so
          both name the known clients that get the same code there.
        |||,
        alert: 'NginxMtlsCRLStale',
        expr: |||
          nginx_mtls_server_crl_info{$}
            * ignoring (server, listen) group_left () (nginx_mtls_crl_next_update_timestamp_seconds{$} - time()) <= 0
        |||,
        'for': '1m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) refuses EVERY client of CA {{ $labels.issuer }}: its CRL in {{ $labels.path }} has expired",
          description: "After nextUpdate OpenSSL reports error 12 (CRL has expired). Fetch the current CRL into the file and reload nginx.{{ with printf \"nginx_mtls_canary_error_code{expect='accept',cluster=%q,job=%q,instance=%q,server=%q,listen=%q} == 12\" $labels.cluster $labels.job $labels.instance $labels.server $labels.listen | query | sortByLabel \"canary\" }} Known clients refused there:{{ range . }} {{ .Labels.canary }}{{ end }}.{{ end }}",
          check: "openssl storeutl -noout -text -crls '{{ $labels.path }}' | grep -E 'Issuer:|Next Update'",
        },
      },
      {
        alert: 'NginxMtlsCRLExpiring',
        expr: |||
          nginx_mtls_server_crl_info{$}
            * ignoring (server, listen) group_left () (
              (nginx_mtls_crl_next_update_timestamp_seconds{$} - time() > 0)
                < %(crl_share_left)s * (nginx_mtls_crl_next_update_timestamp_seconds{$} - nginx_mtls_crl_this_update_timestamp_seconds{$})
            )
        ||| % t,
        'for': '15m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}): the CRL of CA {{ $labels.issuer }} in {{ $labels.path }} expires in {{ $value | humanizeDuration }}, less than " + t.crl_share_left * 100 + " % of its lifetime is left",
          description: "The refresh seems to have stopped. After nextUpdate nginx refuses every client of that CA.",
          check: "openssl storeutl -noout -text -crls '{{ $labels.path }}' | grep -E 'Issuer:|Next Update'",
        },
      },
      {
        alert: 'NginxMtlsCRLMissingForIssuer',
        expr: 'nginx_mtls_server_crl_missing_issuers{$} > 0',
        'for': '5m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}): {{ $value }} client CA(s) have no CRL in ssl_crl, so their clients are refused",
          description: "With ssl_crl, nginx needs a CRL for every CA of the chain, the root included (error 3). Append the missing CRLs and reload nginx.{{ with printf \"nginx_mtls_canary_error_code{expect='accept',cluster=%q,job=%q,instance=%q,server=%q,listen=%q} == 3\" $labels.cluster $labels.job $labels.instance $labels.server $labels.listen | query | sortByLabel \"canary\" }} Known clients refused there:{{ range . }} {{ .Labels.canary }}{{ end }}.{{ end }}",
          check: "nginx-mtls-exporter check",
        },
      },
    ],
  }

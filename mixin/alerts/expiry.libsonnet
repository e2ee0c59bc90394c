// What ends: the trust of server blocks in client CAs, and the lockout of known clients.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_expiry',
    rules: [
      {
        comment:: |||
          The end of a server's trust, with the CA that ends then and its file as labels; without them where the limits of the
          exporter leave the series of that CA out.
        |||,
        record: 'nginx_mtls:server_trust_expiry:timestamp_seconds',
        expr: |||
          (
            nginx_mtls_server_ca_info{$}
              * ignoring (server, listen) group_left () nginx_mtls_ca_not_after_timestamp_seconds{$}
              * ignoring (server, listen, subject_cn, issuer_cn, role) group_left (subject_cn) nginx_mtls_ca_info{$}
            == ignoring (path, fingerprint, subject_cn) group_left () nginx_mtls_server_trust_expiry_timestamp_seconds{$}
          )
          or ignoring (path, fingerprint, subject_cn) nginx_mtls_server_trust_expiry_timestamp_seconds{$}
        |||,
      },
      {
        comment:: |||
          This uses the trust expiry, not the earliest notAfter of the bundle: an old CA beside its successor harms no client.
        |||,
        alert: 'NginxClientCABundleExpiryWarning',
        expr: '(nginx_mtls:server_trust_expiry:timestamp_seconds{$} - time()) / 86400 < %(ca_warning_days)d >= %(ca_critical_days)d' % t,
        'for': '1h',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}): {{ with $labels.path }}client CA {{ $labels.subject_cn }} in {{ . }}{{ else }}a client CA{{ end }} expires in {{ printf \"%.0f\" $value }} days and has no successor in the bundle",
          description: "From then on nginx refuses the clients of that CA. Append the successor CA to the file and reload nginx.",
          check: "{{ with $labels.path }}openssl storeutl -noout -text -certs '{{ . }}' | grep -E 'Subject:|Not After'{{ else }}nginx-mtls-exporter check{{ end }}",
        },
      },
      {
        alert: 'NginxClientCABundleExpiryCritical',
        expr: '(nginx_mtls:server_trust_expiry:timestamp_seconds{$} - time()) / 86400 < %(ca_critical_days)d' % t,
        'for': '10m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}): {{ with $labels.path }}client CA {{ $labels.subject_cn }} in {{ . }}{{ else }}a client CA{{ end }} {{ if lt $value 0.0 }}HAS EXPIRED ({{ printf \"%.1f\" $value }} days left){{ else }}expires in {{ printf \"%.1f\" $value }} days{{ end }} and has no successor in the bundle",
          description: "{{ if lt $value 0.0 }}nginx refuses the clients of that CA now.{{ else }}From then on nginx refuses the clients of that CA.{{ end }} Append the successor CA to the file and reload nginx.",
          check: "{{ with $labels.path }}openssl storeutl -noout -text -certs '{{ . }}' | grep -E 'Subject:|Not After'{{ else }}nginx-mtls-exporter check{{ end }}",
        },
      },
      {
        alert: 'NginxMtlsPredictedLockout',
        expr: 'nginx_mtls_canary_lockout_timestamp_seconds{$} - time() < %(lockout_days)d * 86400' % t,
        'for': '10m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) will refuse client {{ $labels.canary }} in {{ $value | humanizeDuration }}",
          description: "The client's certificate, a CA of its chain or a CRL expires by then. {{ if eq $labels.mode \"loaded\" }}This is what the running nginx says with the files that it has loaded. The present files are other ones: reload nginx, and this alert clears if they are good.{{ else }}Renew whatever expires first.{{ end }}",
          check: "nginx-mtls-exporter check --at +%(lockout_days)dd" % t,
        },
      },
    ],
  }

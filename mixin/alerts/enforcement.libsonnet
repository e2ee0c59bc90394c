// Server blocks that let in clients without a verified certificate, and critical findings that nothing else tells of.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_enforcement',
    rules: [
      {
        alert: 'NginxMtlsNotEnforced',
        expr: 'nginx_mtls_server_enforced{$} == 0',
        'for': '5m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) serves clients that have no verified certificate",
          description: "It asks for a certificate, and some request gets content without one. The finding names the directive and a path that gets there.",
          check: "nginx-mtls-exporter check",
        },
      },
      {
        comment:: |||
          A critical finding of which no other alert here tells more. Each `unless` is the condition of such an alert at the
          same server: a finding stays hidden only while that alert is due. The runbook has the same list.
        |||,
        alert: 'NginxMtlsPolicyViolation',
        expr: |||
          nginx_mtls_findings{$,severity="critical"} > 0
            unless (nginx_mtls_findings{$,rule="verify-optional-unguarded"}
              and ignoring (rule, severity) nginx_mtls_server_enforced{$} == 0)
            unless (nginx_mtls_findings{$,rule="optional-no-ca"}
              and ignoring (rule, severity) nginx_mtls_server_enforced{$} == 0)
            unless (nginx_mtls_findings{$,rule="served-without-tls"}
              and ignoring (rule, severity) nginx_mtls_server_enforced{$} == 0)
            unless (nginx_mtls_findings{$,rule="ca-expired"}
              and ignoring (rule, severity) nginx_mtls_server_trust_expiry_timestamp_seconds{$} - time() < %(ca_critical_days)d * 86400)
            unless (nginx_mtls_findings{$,rule="ca-expires-soon"}
              and ignoring (rule, severity) nginx_mtls_server_trust_expiry_timestamp_seconds{$} - time() < %(ca_warning_days)d * 86400)
            unless (nginx_mtls_findings{$,rule="crl-stale"}
              and ignoring (rule, severity, path, issuer)
                (nginx_mtls_server_crl_info{$}
                  * ignoring (server, listen) group_left () (nginx_mtls_crl_next_update_timestamp_seconds{$} - time()) <= 0))
            unless (nginx_mtls_findings{$,rule="crl-missing-issuer"}
              and ignoring (rule, severity) nginx_mtls_server_crl_missing_issuers{$} > 0)
            unless (nginx_mtls_findings{$,rule="canary-rejected"}
              and ignoring (rule, severity, canary, mode, expect) nginx_mtls_canary_accepted{$,expect="accept"} == 0)
            unless (nginx_mtls_findings{$,rule="canary-wrongly-accepted"}
              and ignoring (rule, severity, canary, mode, expect) nginx_mtls_canary_accepted{$,expect="reject"} == 1)
            unless (nginx_mtls_findings{$,rule="nginx-refuses-config"}
              and ignoring (rule, severity, server, listen) nginx_mtls_config_parse_success{$} == 0)
            unless (nginx_mtls_findings{$,rule="bundle-unreadable"}
              and ignoring (rule, severity, server, listen, path, reader) nginx_mtls_file_readable{$} == 0)
            unless (nginx_mtls_findings{$,rule="last-reload-refused"}
              and ignoring (rule, severity, server, listen) nginx_mtls_nginx_last_reload_successful{$} == 0)
        ||| % t,
        'for': '10m',
        labels_comment:: 'As bad as the finding: it can be the only alert about it.',
        labels: { severity: "{{ $labels.severity }}" },
        annotations: {
          summary: "{{ with $labels.server }}{{ . }}{{ else }}{{ $labels.instance }}{{ end }}{{ with $labels.listen }} ({{ . }}){{ end }}: {{ $labels.rule }}",
          description: "A critical finding about the client-certificate setup. `check` names file, line and remedy; `nginx-mtls-exporter explain {{ $labels.rule }}` gives its meaning.",
          check: "nginx-mtls-exporter check",
        },
      },
    ],
  }

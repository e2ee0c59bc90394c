// Clients that come, where the observer tells of them.
function(config)
  local t = config.thresholds;
  {
    name: 'nginx_mtls_observed',
    rules: [
      {
        comment:: |||
          Only of CAs that some file on the host has: whoever makes certificates of their own is no client of yours.
        |||,
        alert: 'NginxMtlsKnownClientsRefused',
        expr: 'increase(nginx_mtls_observed_connections_total{$,verify="failed",ca!="other"}[15m]) > 0',
        'for': '5m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) has refused {{ $value | printf \"%.0f\" }} connections of clients of a known CA in 15 minutes",
          description: "The label ca is the key of that CA, which is in a file on this host. The clients' certificates have expired, are revoked or are not for clients, or the CA is not trusted there.",
          check: "nginx-mtls-exporter check; grep 'client SSL certificate verify error' /var/log/nginx/error.log | tail",
        },
      },
      {
        alert: 'NginxMtlsRevokedClientServed',
        expr: 'sum without (resumed) (increase(nginx_mtls_revoked_clients_served_total{$}[15m])) > 0',
        'for': '1m',
        labels: { severity: 'critical' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) serves clients that the CRL names: {{ $value | printf \"%.0f\" }} connections in 15 minutes",
          description: "nginx has not loaded the CRL, or resumes sessions of before it.",
          check: "nginx -t && systemctl reload nginx; nginx-mtls-exporter explain resumption-outlives-revocation",
        },
      },
      {
        comment:: |||
          The hundredth part of the connections with the shortest time left, as Kubernetes' own alerts have it.
        |||,
        alert: 'NginxMtlsClientCertificatesExpireSoon',
        expr: |||
          histogram_quantile(0.01, increase(nginx_mtls_observed_client_certificate_expiration_seconds_bucket{$}[1h])) < %(client_days)d * 86400
            and increase(nginx_mtls_observed_client_certificate_expiration_seconds_count{$}[1h]) > 0
        ||| % t,
        'for': '15m',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}): certificates of clients that come end within {{ $value | humanizeDuration }}",
          description: "Clients that do not renew their certificates by then are refused. Expired ones count as well.",
          check: "curl -s localhost:10059/metrics | grep observed_client_certificate_expiration",
        },
      },
      {
        alert: 'NginxMtlsObserverBlind',
        expr: |||
          nginx_mtls_observer_coverage{$} == 0
            or sum without (reason) (increase(nginx_mtls_observer_rejected_total{$,reason=~"sender|server|foreign|torn|too_long"}[15m])) > 0
        |||,
        'for': '1h',
        labels: { severity: 'info' },
        annotations: {
          summary: "{{ with $labels.server }}{{ . }}{{ else }}{{ $labels.instance }}{{ end }}: not all clients that come are seen",
          description: "A level of this server block does not send the observer's line, or lines arrive that cannot be counted. What is said of CAs without clients does not hold.",
          check: "nginx-mtls-exporter check; curl -s localhost:10059/metrics | grep observer_rejected",
        },
      },
    ],
  }

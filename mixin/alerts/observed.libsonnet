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
        comment:: |||
          By the full verdict: the ends of CAs and CRLs too. Short-lived certificates are renewed in time as a rule, so where
          they are usual this says nothing.
        |||,
        alert: 'NginxMtlsClientsLockedOutSoon',
        expr: |||
          nginx_mtls_observed_lockouts{$,within="7d"} >= %(lockout_clients)d
            unless ignoring (within) histogram_quantile(0.5, increase(nginx_mtls_observed_client_certificate_expiration_seconds_bucket{$}[1d])) < %(short_lived_days)d * 86400
        ||| % t,
        'for': '1h',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) will refuse {{ $value | printf \"%.0f\" }} clients within 7 days that it accepts now",
          description: "Their certificates end by then, or a CA or a CRL that they depend on does.",
          check: "nginx-mtls-exporter clients --expiring 7d; nginx-mtls-exporter check --at +7d",
        },
      },
      {
        comment:: |||
          Of the CA keys that some client used within a day. A renewed certificate with the same key makes the end a later one.
        |||,
        alert: 'NginxMtlsOldCAStillInUse',
        expr: |||
          (nginx_mtls_observed_ca_not_after_timestamp_seconds{$} - time()) / 86400 < %(old_ca_days)d
            and nginx_mtls_ca_last_used_timestamp_seconds{$} > time() - 86400
        ||| % t,
        'for': '1h',
        labels: { severity: 'warning' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}): clients still come by a CA that ends in {{ $value | printf \"%.1f\" }} days",
          description: "The label ca is the key of that CA. When it ends, nginx refuses these clients, whatever their own certificates say.",
          check: "nginx-mtls-exporter clients --ca {{ $labels.ca }}",
        },
      },
      {
        alert: 'NginxMtlsCAUnused',
        expr: 'nginx_mtls_ca_rotation_state{$,state="unused"} == 1',
        'for': '1d',
        labels: { severity: 'info' },
        annotations: {
          summary: "{{ $labels.server }} ({{ $labels.listen }}) trusts a CA that no client uses",
          description: "The label fingerprint is that of its certificate. The observer saw every connection of its window, and none was of a client of this CA.",
          check: "nginx-mtls-exporter check --root /etc/nginx=NEW --against /etc/nginx --clients observed",
        },
      },
      {
        alert: 'NginxMtlsObserverBlind',
        expr: |||
          nginx_mtls_observer_coverage{$} == 0
            or sum without (reason) (increase(nginx_mtls_observer_rejected_total{$,reason=~"sender|server|foreign|torn|too_long"}[15m])) > 0
            or sum without (reason) (increase(nginx_mtls_observer_lost_total{$}[15m])) > 0
        |||,
        'for': '1h',
        labels: { severity: 'info' },
        annotations: {
          summary: "{{ with $labels.server }}{{ . }}{{ else }}{{ $labels.instance }}{{ end }}: not all clients that come are seen",
          description: "A level of this server block does not send the observer's line, lines arrive that cannot be counted, or nginx cannot send them. What is said of CAs without clients does not hold.",
          check: "nginx-mtls-exporter check; curl -s localhost:10059/metrics | grep -E 'observer_(rejected|lost)'",
        },
      },
    ],
  }

// For many hosts: one series for each fleet, that is for each set of labels but those of a single host. They name the labels
// to drop, so labels that your Prometheus adds (job, cluster, env, ...) keep fleets apart.
function(config)
  local without(more) = 'without (%s)' % std.join(', ', config.instance_labels + more);
  {
    name: 'nginx_mtls_fleet',
    rules: [
      {
        comment:: |||
          Hosts whose exporter answers.
        |||,
        record: 'nginx_mtls:hosts:count',
        expr: 'count %s (nginx_mtls_config_parse_success{$})' % without([]),
      },
      {
        comment:: |||
          The share of hosts on which no server block that asks for client certificates serves anybody without one. Hosts
          that ask nobody do not count.
        |||,
        record: 'nginx_mtls:hosts_enforcing:ratio',
        expr: 'avg %s (min without (server, listen) (nginx_mtls_server_enforced{$}))' % without([]),
      },
      {
        comment:: |||
          Skew: how many hosts have which content at a path, and how many contents there are. More than 1 is normal while a
          new bundle is rolled out, and where every host has a bundle of its own.
        |||,
        record: 'nginx_mtls:bundle_hosts:count',
        expr: 'count %s (group without (directive) (nginx_mtls_bundle_info{$}))' % without([]),
      },
      {
        record: 'nginx_mtls:bundle_versions:count',
        expr: 'count without (fingerprint) (nginx_mtls:bundle_hosts:count{$})',
      },
      {
        comment:: |||
          The first instant at which some server block of the fleet loses a client CA, or a CRL goes stale.
        |||,
        record: 'nginx_mtls:trust_expiry:min_timestamp_seconds',
        expr: 'min %s (nginx_mtls_server_trust_expiry_timestamp_seconds{$})' % without(['server', 'listen']),
      },
      {
        record: 'nginx_mtls:crl_next_update:min_timestamp_seconds',
        expr: 'min %s (nginx_mtls_crl_next_update_timestamp_seconds{$})' % without(['path', 'issuer']),
      },
      {
        comment:: |||
          Findings by rule, hosts whose nginx has not loaded what is on the disk, and clients refused per second.
        |||,
        record: 'nginx_mtls:findings:sum',
        expr: 'sum %s (nginx_mtls_findings{$})' % without(['server', 'listen']),
      },
      {
        record: 'nginx_mtls:hosts_reload_pending:count',
        expr: 'sum %s (max without (path) (nginx_mtls_reload_pending{$}))' % without([]),
      },
      {
        record: 'nginx_mtls:client_verify_failures:rate5m',
        expr: 'sum %s (rate(nginx_mtls_client_verify_failures_total{$}[5m]))' % without(['server']),
      },
    ],
  }

// Many hosts, by the recording rules of fleet.libsonnet.
local b = import '../lib/board.libsonnet';

function(config)
  local days(expr) = '(%s - time()) / 86400' % expr;
  local hosts = std.join(', ', config.instance_labels);
  b.board(
    config,
    'fleet',
    'nginx client certificates: fleet',
    'Many hosts by what they have in common. Needs the rules of nginx-mtls-fleet.rules.yml.',
    'job=~"$job"',
    [b.variable('job', 'Job', 'label_values(nginx_mtls:hosts:count{$}, job)')],
    [
      [
        b.stat('Hosts', 6, 'sum(nginx_mtls:hosts:count{@})', 'Hosts whose exporter answers.', b.bad_if_none),
        b.stat('Hosts that enforce', 6, 'min(nginx_mtls:hosts_enforcing:ratio{@})',
               'The share of hosts that serve nobody without a verified certificate, of those that ask for one.',
               b.steps([['red', null], ['green', 1]]), 'percentunit'),
        b.stat('Next end of trust', 6, days('min(nginx_mtls:trust_expiry:min_timestamp_seconds{@})'), 'Days; the first of all hosts.', b.days(config), 'd'),
        b.stat('Hosts that wait for a reload', 6, 'sum(nginx_mtls:hosts_reload_pending:count{@}) or vector(0)',
               'Their nginx has not loaded what is on the disk.', b.steps([['green', null], ['orange', 1]])),
      ],
      [
        b.table('Bundles of which there is more than one version', 12, 'sort_desc(nginx_mtls:bundle_versions:count{@} > 1)',
                'More than 1 is normal while a new bundle is rolled out.', 'Versions', 'short', b.steps([['orange', null]]), descending=true),
        b.table('Hosts by version of a bundle', 12, 'sort(nginx_mtls:bundle_hosts:count{@})', 'The few are those that were missed.', 'Hosts', 'short',
                b.steps([['text', null]])),
      ],
      [
        b.series('Versions of bundles', 12, [b.query('nginx_mtls:bundle_versions:count{@}', '{{job}} {{path}}')], 'A roll-out begins and ends at 1.'),
        b.series('Clients refused', 12, [b.query('sum by (reason) (nginx_mtls:client_verify_failures:rate5m{@})', '{{reason}}')], 'Per second, in all hosts.', 'reqps'),
      ],
      [
        b.table('Findings', 12, 'sort_desc(nginx_mtls:findings:sum{@})', 'In all hosts, by rule.', 'Count', 'short', b.steps([['orange', null]]), descending=true),
        b.table('Hosts that lose trust first', 12,
                'bottomk(20, %s)' % days('min by (job, %s) (nginx_mtls_server_trust_expiry_timestamp_seconds{@})' % hosts),
                'Days; the 20 first.', 'Days', 'd', b.days(config)),
      ],
      [
        b.table('Versions of nginx', 12, 'count by (version, openssl) (nginx_mtls_nginx_info{@})', 'Of the running masters.', 'Masters', 'short', b.steps([['text', null]])),
        b.table('Versions of the exporter', 12, 'count by (version, revision) (nginx_mtls_exporter_build_info{@})', 'Old ones are to be upgraded.', 'Hosts', 'short',
                b.steps([['text', null]])),
      ],
    ],
  )

// All hosts, the worst first: is anybody refused, is anybody let in, what ends next.
local b = import '../lib/board.libsonnet';

function(config)
  local days(expr) = '(%s - time()) / 86400' % expr;
  b.board(
    config,
    'overview',
    'nginx client certificates: overview',
    'What nginx hosts do with client certificates, and what ends next.',
    'job=~"$job",instance=~"$instance"',
    [
      b.variable('job', 'Job', 'label_values(nginx_mtls_config_parse_success{$}, job)'),
      b.variable('instance', 'Host', 'label_values(nginx_mtls_config_parse_success{$,job=~"$job"}, instance)'),
    ],
    [
      [
        b.stat('Hosts', 4, 'count(nginx_mtls_config_parse_success{@})', 'Hosts whose exporter answers.', b.bad_if_none),
        b.stat('Do not answer', 4, 'count(up{%s} == 0) or vector(0)' % config.up_selector, 'Exporters that Prometheus cannot scrape.', b.bad_if_any),
        b.stat('Next end of trust', 4, days('min(nginx_mtls_server_trust_expiry_timestamp_seconds{@})'),
               'Days until nginx refuses the clients of a CA. Below 0: it does now.', b.days(config), 'd'),
        b.stat('Let in without a certificate', 4, 'count(nginx_mtls_server_enforced{@} == 0) or vector(0)',
               'Server blocks that ask for a client certificate and serve clients without one.', b.bad_if_any),
        b.stat('Known clients answered wrongly', 4,
               'count(nginx_mtls_canary_accepted{@,expect="accept"} == 0 or nginx_mtls_canary_accepted{@,expect="reject"} == 1) or vector(0)',
               'Canaries that get another answer than the settings expect, by the files or by what nginx has loaded.', b.bad_if_any),
        b.stat('Critical findings', 4, 'sum(nginx_mtls_findings{@,severity="critical"}) or vector(0)', 'The page of each exporter tells what to do.', b.bad_if_any),
      ],
      [
        b.table('Trust in client CAs', 12, 'sort(%s)' % days('nginx_mtls_server_trust_expiry_timestamp_seconds{@}'),
                'Days until each server block loses a client CA. Renewed CAs are taken into account.', 'Days', 'd', b.days(config), ['job']),
        b.table('Findings', 12, 'sort_desc(nginx_mtls_findings{@})', '`nginx-mtls-exporter explain RULE` tells what each means.', 'Count', 'short',
                b.steps([['orange', null]]), ['job'], descending=true),
      ],
      [
        b.series('Clients refused', 12, [b.query('sum by (reason) (rate(nginx_mtls_client_verify_failures_total{@}[$__rate_interval]))', '{{reason}}')],
                 'Per second, by the reason that nginx logs.', 'reqps'),
        b.table('Waiting for a reload', 12, 'nginx_mtls_reload_pending{@} == 1', 'Files of which the running nginx has another version than the disk.',
                'Pending', 'short', b.bad_if_any, ['job']),
      ],
      [
        b.table('CRLs', 12, 'sort(%s)' % days('nginx_mtls_crl_next_update_timestamp_seconds{@}'),
                'Days until each CRL goes stale: from then on nginx refuses every client of that CA.', 'Days', 'd',
                b.steps([['red', null], ['orange', 1], ['green', 3]]), ['job']),
        b.table('Certificates that servers present', 12, 'sort(%s)' % days('nginx_mtls_server_certificate_expiry_timestamp_seconds{@}'),
                'Days until the first certificate of the chain ends.', 'Days', 'd', b.steps([['red', null], ['orange', 7], ['green', 14]]), ['job']),
      ],
      [
        b.series('Evaluations', 8, [b.query('sum by (trigger) (rate(nginx_mtls_exporter_evaluations_total{@}[$__rate_interval]))', '{{trigger}}')],
                 'What makes the exporters look again.', 'ops'),
        b.series('Evaluation takes', 8, [b.query('max by (instance) (nginx_mtls_exporter_last_evaluation_duration_seconds{@})', '{{instance}}')],
                 'Of each host, the last one.', 's'),
        b.series('Memory', 8, [b.query('process_resident_memory_bytes{@}', '{{instance}}')], 'Resident memory of the exporters.', 'bytes'),
      ],
    ],
  )

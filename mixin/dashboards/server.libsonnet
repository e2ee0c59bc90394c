// One server block: whom it lets in, until when, and by which files.
local b = import '../lib/board.libsonnet';

function(config)
  local days(expr) = '(%s - time()) / 86400' % expr;
  local of_files = 'job=~"$job",instance=~"$instance"';
  b.board(
    config,
    'server',
    'nginx client certificates: server block',
    'One server block of one host: whom it lets in, until when, and by which files.',
    of_files + ',server=~"$server"',
    [
      b.variable('job', 'Job', 'label_values(nginx_mtls_server_info{$}, job)'),
      b.variable('instance', 'Host', 'label_values(nginx_mtls_server_info{$,job=~"$job"}, instance)'),
      b.variable('server', 'Server', 'label_values(nginx_mtls_server_info{$,verify_client!="off",job=~"$job",instance=~"$instance"}, server)'),
    ],
    [
      [
        b.stat('Enforced', 4, 'min(nginx_mtls_server_enforced{@})', 'No: somebody is served without a verified certificate.', b.bad_if_none,
               mappings=b.yes_no),
        b.stat('Cannot be told', 4, 'sum(nginx_mtls_server_enforcement_unknown{@})', 'Server blocks whose configuration does not tell (Lua, auth_request).',
               b.steps([['green', null], ['orange', 1]])),
        b.stat('Trust ends', 4, days('min(nginx_mtls_server_trust_expiry_timestamp_seconds{@})'), 'Days. Below 0: clients are refused now.',
               b.days(config), 'd'),
        b.stat('Certificate ends', 4, days('min(nginx_mtls_server_certificate_expiry_timestamp_seconds{@})'),
               'Days until the first certificate that the server presents ends.', b.steps([['red', null], ['orange', 7], ['green', 14]]), 'd'),
        b.stat('CAs without a CRL', 4, 'sum(nginx_mtls_server_crl_missing_issuers{@})', 'With ssl_crl, nginx refuses all of their clients.', b.bad_if_any),
        b.stat('Revoked clients resume for', 4, 'max(nginx_mtls_server_session_resumption_window_seconds{@})',
               'How long a revoked client can still resume its session.', b.steps([['green', null], ['orange', 3600]]), 's'),
      ],
      [
        b.table('Client CAs', 14,
                'sort((nginx_mtls_server_ca_info{@} * ignoring (server, listen) group_left () (nginx_mtls_ca_not_after_timestamp_seconds{$,%s} - time())' % of_files +
                ' * ignoring (server, listen, subject_cn, issuer_cn, role) group_left (subject_cn, role) nginx_mtls_ca_info{$,%s}) / 86400)' % of_files,
                'Days until each certificate of the trust store ends. A superseded one harms nobody.', 'Days', 'd', b.days(config), ['job']),
        b.table('Rotation', 10, 'nginx_mtls_ca_rotation_state{@} == 1', 'CAs that are being exchanged, and where that has got to.', 'Is', 'short',
                b.steps([['blue', null]]), ['job']),
      ],
      [
        b.table('Known clients', 14, 'nginx_mtls_canary_accepted{@}', 'predicted: by the files; loaded: by what the running nginx has loaded.', 'Accepted',
                'short', b.steps([['text', null]]), ['job'], mappings=b.yes_no),
        b.table('Lockout of known clients', 10, 'sort(%s)' % days('nginx_mtls_canary_lockout_timestamp_seconds{@}'),
                'Days until nginx refuses them.', 'Days', 'd', b.days(config), ['job']),
      ],
      [
        b.table('CRLs', 14,
                'sort((nginx_mtls_server_crl_info{@} * ignoring (server, listen) group_left () (nginx_mtls_crl_next_update_timestamp_seconds{$,%s} - time())) / 86400)' % of_files,
                'Days until each goes stale.', 'Days', 'd', b.steps([['red', null], ['orange', 1], ['green', 3]]), ['job']),
        b.table('Findings', 10, 'nginx_mtls_findings{@}', 'Without those that somebody accepted.', 'Count', 'short', b.steps([['orange', null]]), ['job']),
      ],
      [
        b.series('Clients refused', 12, [b.query('sum by (code, reason) (rate(nginx_mtls_client_verify_failures_total{@}[$__rate_interval]))', '{{code}} {{reason}}')],
                 'Per second, by the code that nginx logs.', 'reqps'),
        b.series('Trust ends', 12, [b.query(days('nginx_mtls_server_trust_expiry_timestamp_seconds{@}'), '{{instance}} {{server}} {{listen}}')],
                 'Days left; a renewal lifts the line.', 'd'),
      ],
    ],
  )

// What every rule has in common: the selector in its queries, the link to the runbook, the labels of all alerts.
{
  // In queries `{$}` and `{$,` stand where the matchers of the configuration go: every metric of the exporter has them.
  query(config, text)::
    local all = std.strReplace(std.strReplace(text, '{$}', '{' + config.selector + '}'), '{}', '');
    std.strReplace(all, '{$,', if config.selector == '' then '{' else '{' + config.selector + ','),

  rule(config, rule)::
    rule { expr: $.query(config, rule.expr) } +
    (if 'alert' in rule then {
       labels+: config.alert_labels,
       annotations+: { runbook_url: '%s#%s' % [config.runbook_url, std.asciiLower(rule.alert)] },
     } else {}),

  group(config, group):: group { rules: [$.rule(config, rule) for rule in group.rules] },
}

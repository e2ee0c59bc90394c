// The index of alerts as Markdown, the worst first.
local sentences = {
  critical: 'Clients are refused now or soon, or somebody is let in who should not be: page.',
  warning: 'It will become critical, or something cannot be seen: a ticket for working hours.',
  info: 'Good to know.',
  "{{ $labels.severity }}": 'As the finding says; the expression takes critical ones alone.',
};
local order = ['critical', '{{ $labels.severity }}', 'warning', 'info'];
local titles = { '{{ $labels.severity }}': 'that of the finding' };
local alerts(groups) = [rule { group: group.name } for group in groups for rule in group.rules if 'alert' in rule];

local row(rule) =
  '| [%s](runbook.md#%s) | %s | %s |\n' % [rule.alert, std.asciiLower(rule.alert), std.strReplace(rule.group, 'nginx_mtls_', ''), rule['for']];
local section(severity, rules) =
  '\n## Severity: %s\n\n%s\n\n| alert | group | for |\n| --- | --- | --- |\n' %
  [if severity in titles then titles[severity] else severity, sentences[severity]] + std.join('', [row(rule) for rule in rules]);

// Without the last newline, which jsonnet -S writes.
function(groups)
  local all = alerts(groups);
  assert std.length([rule for rule in all if !std.member(order, rule.labels.severity)]) == 0 : 'a severity without a place here';
  '# Alerts by severity\n\nRendered from mixin/ by `./dev mixin`. The rules are in `nginx-mtls.rules.yml`, what to do is in the ' +
  '[runbook](runbook.md).\n' +
  std.rstripChars(std.join('', [section(severity, [rule for rule in all if rule.labels.severity == severity]) for severity in order]), '\n')

using System.CommandLine;
using Adr.Experiments;

namespace Adr.Cli.Running;

/// <summary>The option <c>--budget</c>: one of the budgets by name. The library's own reading of enums would take any number, too.</summary>
internal static class BudgetOption
{
    internal static Option<Budget> Create(string description, Budget otherwise) => new("--budget")
    {
        Description = description,
        HelpName = "smoke|quick|desktop|paper",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            foreach (var budget in Enum.GetValues<Budget>())
            {
                if (budget.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)) return budget;
            }

            result.AddError($"--budget '{text}': expected smoke, quick, desktop or paper.");
            return default;
        },
    };
}

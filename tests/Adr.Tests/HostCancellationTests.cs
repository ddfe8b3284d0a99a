using System.Reflection;
using System.Reflection.Emit;

namespace Adr.Tests;

public class HostCancellationTests
{
    [Fact]
    public void A_given_token_comes_first_then_the_hosts_then_that_of_an_interactive_cell()
    {
        using var given = new CancellationTokenSource();
        using var hosts = new CancellationTokenSource();
        using var cells = new CancellationTokenSource();
        var cell = InteractiveCell();
        Assert.Equal(CancellationToken.None, HostCancellation.Or(default));
        cell.SetValue("current", Activator.CreateInstance(cell.Type));
        cell.SetValue("token", cells.Token);
        try
        {
            Assert.Equal(cells.Token, HostCancellation.Or(default));
            Assert.Null(AppContext.GetData(HostCancellation.WatchedName));
            AppContext.SetData(HostCancellation.Name, hosts.Token);
            Assert.Equal(hosts.Token, HostCancellation.Or(default));
            Assert.Equal(true, AppContext.GetData(HostCancellation.WatchedName));
            Assert.Equal(given.Token, HostCancellation.Or(given.Token));
            AppContext.SetData(HostCancellation.Name, null);
            cell.SetValue("isComplete", true);
            Assert.Equal(CancellationToken.None, HostCancellation.Or(default));
        }
        finally
        {
            AppContext.SetData(HostCancellation.Name, null);
            AppContext.SetData(HostCancellation.WatchedName, null);
            cell.SetValue("current", null);
        }
    }

    /// <summary>The context of a cell, in an assembly and a type of the names that .NET Interactive has.</summary>
    private static Context InteractiveCell()
    {
        var type = AssemblyBuilder
            .DefineDynamicAssembly(new AssemblyName("Microsoft.DotNet.Interactive"), AssemblyBuilderAccess.Run)
            .DefineDynamicModule("host")
            .DefineType("Microsoft.DotNet.Interactive.KernelInvocationContext", TypeAttributes.Public);
        // Static fields, so that all contexts are the same: there is only one.
        foreach (var (property, field, of, kind) in new[]
        {
            ("Current", "current", typeof(object), MethodAttributes.Static),
            ("CancellationToken", "token", typeof(CancellationToken), default),
            ("IsComplete", "isComplete", typeof(bool), default),
        })
        {
            var value = type.DefineField(field, of, FieldAttributes.Public | FieldAttributes.Static);
            var getter = type.DefineMethod($"get_{property}", MethodAttributes.Public | kind, of, []);
            var code = getter.GetILGenerator();
            code.Emit(OpCodes.Ldsfld, value);
            code.Emit(OpCodes.Ret);
            type.DefineProperty(property, PropertyAttributes.None, of, []).SetGetMethod(getter);
        }
        return new Context(type.CreateType());
    }

    private sealed record Context(Type Type)
    {
        internal void SetValue(string field, object? value) => Type.GetField(field)!.SetValue(null, value);
    }
}

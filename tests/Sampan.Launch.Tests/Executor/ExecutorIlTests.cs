using Mono.Cecil;

namespace Sampan.Launch.Tests.Executor;

/// <summary>The code of the cloned child keeps the rules: shown on the IL of all it can reach.</summary>
public sealed class ExecutorIlTests : IDisposable
{
    private readonly ModuleDefinition _module = ModuleDefinition.ReadModule(typeof(PlanExecutor).Assembly.Location);

    public void Dispose() => _module.Dispose();

    [Fact]
    public void The_executor_keeps_the_rules_of_the_child()
    {
        var executor = _module.GetType(typeof(PlanExecutor).FullName);
        var violations = ChildRules.Violations(executor.Methods, called => called.DeclaringType.FullName == executor.FullName, out int methods);
        Assert.True(violations.Count == 0, string.Join('\n', violations));
        Assert.InRange(methods, 8, 100);
    }

    [Fact]
    public void What_the_executor_reads_is_plain_memory()
    {
        foreach (var type in (Type[])[typeof(PlanHeader), typeof(Operation)])
        {
            foreach (var field in _module.GetType(type.FullName).Fields.Where(f => !f.IsStatic))
                Assert.True(field.FieldType is PointerType or FunctionPointerType || field.FieldType.IsValueType, $"{type.Name}.{field.Name} is a {field.FieldType}");
        }
    }

    public static TheoryData<string, string> Offences => new()
    {
        { nameof(Offender.Allocates), "allocates a System.Object" },
        { nameof(Offender.MakesArray), "allocates an array of System.Int32" },
        { nameof(Offender.Boxes), "boxes a System.Int32" },
        { nameof(Offender.LoadsString), "loads the string \"text\"" },
        { nameof(Offender.Throws), "throws" },
        { nameof(Offender.CallsVirtually), "virtually" },
        { nameof(Offender.ReadsStatic), "touches the static" },
        { nameof(Offender.CallsUnmanaged), "calls a pointer of an unmanaged convention" },
        { nameof(Offender.LeavesManagedCode), "getpid: leaves managed code" },
        { nameof(Offender.Catches), "handles exceptions" },
        { nameof(Offender.Divides), "divides" },
        { nameof(Offender.Overflows), "may overflow" },
        { nameof(Offender.Indexes), "indexes an array" },
        { nameof(Offender.CallsOut), "calls System.Int32 System.Math::Max" },
        { nameof(Offender.CallsOffender), "Boxes: boxes" },
        { nameof(Offender.IsGeneric), "is generic" },
        { nameof(Offender.TakesStack), "takes stack" },
    };

    /// <summary>The check itself: each kind of offence is found.</summary>
    [Theory]
    [MemberData(nameof(Offences))]
    public void An_offence_is_found(string method, string message)
    {
        using var module = ModuleDefinition.ReadModule(typeof(Offender).Assembly.Location);
        var type = module.GetType(typeof(Offender).FullName);
        var violations = ChildRules.Violations([type.Methods.Single(m => m.Name == method)], called => called.DeclaringType.FullName.StartsWith(type.FullName, StringComparison.Ordinal), out _);
        Assert.Contains(violations, v => v.Contains(message, StringComparison.Ordinal));
    }
}

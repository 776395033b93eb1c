using System.Globalization;
using System.Text.RegularExpressions;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>
/// The machine code of what runs in the cloned child, as the last ./build compiled it: it calls nothing but itself and libc's syscall(2). A GC poll,
/// an allocation, a static's initialisation or a thrown exception would each be a call into the .NET runtime, or a look at its data.
/// </summary>
public sealed partial class ExecutorMachineCodeTests : RootTest
{
    private const string Executor = "Sampan_Launch_Sampan_Launch_PlanExecutor__";
    private const string Section = "__managedcode";

    private static string ObjectFile => Path.Combine(Machine.RepositoryRoot, "artifacts/dotnet/obj/Sampan.OciCli/release_linux-x64/native/sampan-runtime.o");

    [Fact]
    public void The_executor_calls_nothing_of_the_runtime()
    {
        var functions = Functions(Executor);
        Assert.Contains(Executor + "Clone", functions.Select(f => f.Name));
        Assert.Contains(Executor + "Child", functions.Select(f => f.Name));
        foreach (var function in functions)
        {
            var references = References(function).Where(r => !r.StartsWith(Executor, StringComparison.Ordinal) && !r.StartsWith("__readonlydata_" + Executor, StringComparison.Ordinal));
            Assert.True(!references.Any(), $"{function.Name} refers to {string.Join(", ", references)}");
        }
    }

    /// <summary>The check itself, on ordinary code.</summary>
    [Fact]
    public void Ordinary_code_does_call_the_runtime()
    {
        string[] references = [.. Functions("Sampan_Launch_Sampan_Launch_LaunchCompiler__").SelectMany(References)];
        Assert.Contains(references, r => r.StartsWith("RhpNew", StringComparison.Ordinal));
        Assert.Contains(references, r => r.StartsWith("__Str_", StringComparison.Ordinal));
    }

    private sealed record Function(string Name, long Start, long End);

    private List<Function> Functions(string prefix)
    {
        Assert.True(File.Exists(ObjectFile), $"{ObjectFile} is missing: ./build makes it");
        var functions = new List<Function>();
        foreach (string line in Host("nm", "--print-size", ObjectFile).Succeeds().Stdout.Split('\n'))
        {
            string[] fields = line.Split(' ', 4);
            if (fields.Length != 4 || fields[2] is not ("T" or "t") || !fields[3].StartsWith(prefix, StringComparison.Ordinal))
                continue;
            long start = Hex(fields[0]);
            functions.Add(new Function(fields[3], start, start + Hex(fields[1])));
        }
        Assert.NotEmpty(functions);
        return functions;
    }

    /// <summary>The symbols that the instructions of a function name: by a relocation, or by a direct jump or call out of the function.</summary>
    private List<string> References(Function function)
    {
        string code = Host("objdump", "--disassemble", "--reloc", "--no-show-raw-insn", $"--section={Section}", $"--start-address={function.Start}", $"--stop-address={function.End}", ObjectFile).Succeeds().Stdout;
        Assert.Contains($"<{function.Name}>:", code);
        var references = new List<string>();
        foreach (string line in code.Split('\n'))
        {
            if (Relocation().Match(line) is { Success: true } relocation)
            {
                // objdump also prints those that come before the first instruction asked for.
                if (Hex(relocation.Groups[1].Value) >= function.Start)
                    references.Add(relocation.Groups[2].Value);
            }
            else if (Transfer().Match(line) is { Success: true } transfer)
            {
                references.Add(transfer.Groups[1].Value);
            }
        }
        return references;
    }

    private static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s+([0-9a-f]+): R_X86_64_\w+\s+(.+?)(?:[+-]0x[0-9a-f]+)?$")]
    private static partial Regex Relocation();

    [GeneratedRegex(@"^\s+[0-9a-f]+:\s+(?:call|j[a-z]+)\s+[0-9a-f]+ <(.+?)(?:\+0x[0-9a-f]+)?>$")]
    private static partial Regex Transfer();
}

using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Sampan.Linux;

namespace Sampan.Architecture.Tests;

/// <summary>
/// The structures that Sampan.Linux shares with the kernel, against the C compiler's reading of the kernel's headers: the size, and
/// the place of every field that bears the kernel's name.
/// </summary>
public sealed partial class KernelStructureTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <stddef.h>
        #include <stdio.h>
        #include <asm/termbits.h>
        #include <linux/bpf.h>
        #include <linux/filter.h>
        #include <linux/mount.h>
        #include <linux/netlink.h>
        #include <linux/openat2.h>
        #include <linux/rtnetlink.h>
        #include <linux/sched.h>
        #include <linux/stat.h>
        #include <poll.h>
        #include <signal.h>
        #include <sys/epoll.h>
        #include <sys/resource.h>
        #include <sys/signalfd.h>
        #include <sys/socket.h>
        #include <sys/un.h>
        struct winsize_ { unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel; };

        """;

    /// <summary>Where the C name is not <c>struct NAME</c>.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["child_siginfo"] = "siginfo_t",
        ["winsize"] = "struct winsize_",      // <asm/termios.h> has it and does not go together with the C library's headers
    };

    [Fact]
    public void Sizes_and_offsets_are_the_kernels()
    {
        Type[] types = [.. typeof(Sys).Assembly.GetTypes()
            .Where(t => t.IsValueType && !t.IsEnum && !t.IsNested && LowerCase().IsMatch(t.Name) && !t.Name.StartsWith("bpf_attr_", StringComparison.Ordinal))
            .OrderBy(t => t.Name, StringComparer.Ordinal)];
        Assert.NotEmpty(types);
        var program = new StringBuilder(Headers).Append("int main(void) {\n");
        foreach (Type type in types)
        {
            string name = Names.GetValueOrDefault(type.Name, $"struct {type.Name}");
            program.Append($"printf(\"{type.Name} %zu\\n\", sizeof({name}));\n");
            foreach (FieldInfo field in Fields(type))
                program.Append($"printf(\"{type.Name}.{field.Name} %zu\\n\", offsetof({name}, {field.Name}));\n");
        }
        program.Append("return 0; }\n");

        var ours = new StringBuilder();
        foreach (Type type in types)
        {
            ours.Append($"{type.Name} {SizeOf(type)}\n");
            foreach (FieldInfo field in Fields(type))
                ours.Append($"{type.Name}.{field.Name} {System.Runtime.InteropServices.Marshal.OffsetOf(type, field.Name)}\n");
        }
        Assert.Equal(CompileAndRun(program.ToString()), ours.ToString());
    }

    /// <summary>Padding and stand-ins begin with an underscore, in C or here.</summary>
    private static IEnumerable<FieldInfo> Fields(Type type)
        => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).Where(f => f.IsPublic && f.Name[0] != '_' && f.Name != "reserved" && LowerCase().IsMatch(f.Name));

    private static int SizeOf(Type type)
        => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static string CompileAndRun(string source)
    {
        string directory = Directory.CreateTempSubdirectory("structures").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "s.c"), source);
            Run("cc", ["-o", Path.Combine(directory, "s"), Path.Combine(directory, "s.c")]);
            return Run(Path.Combine(directory, "s"), []);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}");
        return output;
    }

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex LowerCase();
}

using System.Text.RegularExpressions;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>The tables against the headers of the kernel on this machine (package linux-libc-dev).</summary>
public sealed partial class SyscallTableTests
{
    [Fact]
    public void Every_name_finds_its_row()
    {
        for (int row = 0; row < SyscallTable.Count; row++)
            Assert.Equal(row, SyscallTable.RowOf(SyscallTable.NameOf(row)));
        foreach (string name in (string[])["", "rea", "readx", "READ", "no_such_call", "réad", "_llsee"])
            Assert.Equal(-1, SyscallTable.RowOf(name));
    }

    [Theory]
    [InlineData(SeccompArch.X86_64, "unistd_64.h", 350)]
    [InlineData(SeccompArch.X86, "unistd_32.h", 420)]
    [InlineData(SeccompArch.X32, "unistd_x32.h", 330)]
    public void Numbers_are_those_of_the_kernel(SeccompArch arch, string header, int least)
    {
        string text = File.ReadAllText(Path.Combine("/usr/include/x86_64-linux-gnu/asm", header));
        int compared = 0;
        foreach (Match match in Definition().Matches(text))
        {
            int row = SyscallTable.RowOf(match.Groups[1].Value);
            Assert.True(row >= 0, $"{match.Groups[1].Value} is not in the table: run eng/seccomp/syscall-tables");
            Assert.Equal((match.Value, int.Parse(match.Groups[2].Value)), (match.Value, SyscallTable.Number(SyscallTable.Column(arch), row)));
            compared++;
        }
        Assert.InRange(compared, least, 600);
    }

    [GeneratedRegex(@"^#define __NR_(\w+) \(?(?:__X32_SYSCALL_BIT \+ )?(\d+)\)?$", RegexOptions.Multiline)]
    private static partial Regex Definition();
}

using Xunit;

namespace Sampan.Cgroups.Tests;

public sealed class PressureTests
{
    [Fact]
    public void Both_lines()
        => Assert.Equal(new PressureStats(new Pressure(0.22m, 0.17m, 1.11m, 58761459), new Pressure(0.23m, 0.16m, 1.08m, 58596736)),
            PressureStats.Parse("some avg10=0.22 avg60=0.17 avg300=1.11 total=58761459\nfull avg10=0.23 avg60=0.16 avg300=1.08 total=58596736\n"));

    [Fact]
    public void Before_5_13_a_cpu_has_no_second_line()
        => Assert.Equal(new PressureStats(new Pressure(0, 0, 100, 7), null), PressureStats.Parse("some avg10=0.00 avg60=0.00 avg300=100.00 total=7\n"));

    [Fact]
    public void Nothing() => Assert.Null(PressureStats.Parse(""));
}

namespace Sampan.Engine.Tests;

/// <summary>What ps(1) prints, as <c>top</c> reads it.</summary>
public sealed class ProcessRowsTests
{
    private const string Listed = "UID          PID    PPID CMD\nroot           1       0 /sbin/init\nroot          42       1 sh -c echo a  b\n33            43      42 sleep 1000\n";

    [Fact]
    public void Only_those_asked_for()
    {
        var table = ProcessRows.Pick(Listed, [42, 43]);
        Assert.Equal(["UID", "PID", "PPID", "CMD"], table.Titles);
        Assert.Equal(2, table.Rows.Count);
        Assert.Equal(["root", "42", "1", "sh -c echo a b"], table.Rows[0]);
        Assert.Equal(["33", "43", "42", "sleep 1000"], table.Rows[1]);
    }

    [Fact]
    public void Threads_belong_to_the_process_above()
        => Assert.Equal(2, ProcessRows.Pick("PID TTY\n1 ?\n- ?\n42 ?\n- ?\n", [42]).Rows.Count);

    [Fact]
    public void Without_the_column_nothing_can_be_picked()
        => Assert.Contains("PID", Assert.Throws<SampanException>(() => ProcessRows.Pick("TTY CMD\n? x\n", [1])).Message);

    [Theory]
    [InlineData("comm=PID")]
    [InlineData("ppid=PIDX")]
    public void No_other_column_is_called_pid(string option) => Assert.Throws<SampanException>(() => ProcessRows.CheckOptions(["-o", option]));
}

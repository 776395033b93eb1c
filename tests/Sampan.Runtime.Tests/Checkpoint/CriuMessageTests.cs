using Xunit;

namespace Sampan.Runtime.Tests.Checkpoint;

/// <summary>Messages of CRIU's images/rpc.proto, byte for byte as protoc's own encoder writes them.</summary>
public sealed class CriuMessageTests
{
    [Fact]
    public void AVersionRequestIsItsTypeAlone() => Assert.Equal("080A", Convert.ToHexString(CriuRequest.Of(CriuRequestType.VERSION)));

    [Fact]
    public void AFeatureCheckHoldsAMessageOfFeatures() => Assert.Equal("08092A020801", Convert.ToHexString(CriuRequest.FeatureCheck(memoryTracking: true, lazyPages: false)));

    [Fact]
    public void ANegativeNumberTakesTenBytes()
    {
        var m = new ProtobufWriter();
        m.Number(1, -1);
        Assert.Equal("08FFFFFFFFFFFFFFFFFF01", Convert.ToHexString(m.ToArray()));
        var reader = new ProtobufReader(m.ToArray());
        Assert.True(reader.Next());
        Assert.Equal(-1, reader.Number);
    }

    [Fact]
    public void AFieldBeyondFifteenHasATagOfTwoBytes()
    {
        var m = new ProtobufWriter();
        m.Text(37, "net[1]:x");
        Assert.Equal("AA02086E65745B315D3A78", Convert.ToHexString(m.ToArray()));
    }

    [Fact]
    public void ANotificationNamesItsScriptAndPid()
    {
        var answer = CriuResponse.Parse(Convert.FromHexString("080610012A100A0C706F73742D726573746F7265102A"));
        Assert.Equal((CriuRequestType.NOTIFY, true, "post-restore", 42), (answer.Type, answer.Success, answer.Notification, answer.Pid));
    }

    [Theory]
    [InlineData("08")]
    [InlineData("2AFF01")]
    [InlineData("0FFF")]
    [InlineData("08FFFFFFFFFFFFFFFFFFFF01")]
    public void WhatIsNoMessageIsRefused(string hex)
        => Assert.Equal(ErrorKind.Corrupt, Assert.Throws<SampanException>(() => CriuResponse.Parse(Convert.FromHexString(hex))).Kind);

    [Fact]
    public void TheCauseIsTheFirstErrorThatIsOne()
        => Assert.Equal("Can't lookup mount=22 (criu/files-reg.c:1790)", CriuLog.Cause(
            "(00.02) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted\n(00.03)  27: Error (criu/files-reg.c:1790): Can't lookup mount=22\n(00.04) Error (criu/cr-dump.c:2098): Dumping FAILED.\n"));
}

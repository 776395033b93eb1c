namespace Sampan.Engine.Tests;

public sealed class UserLookupTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\nbad line\nme:x:1000:100:Me:/home/me:/bin/sh\n1234:x:7:7::/seven:/bin/sh\nhuge:x:4294967295:0::/:\nneg:x:-1:0::/:\nnohome:x:9:9::relative:\n";
    private const string Group = "root:x:0:\nwheel:x:10:root,me\nusers:x:100:me\nstaff:x:50:you,menot\n";

    [Theory]
    [InlineData(null, 0, 0, "0,10", "/root")]
    [InlineData("", 0, 0, "0,10", "/root")]
    [InlineData("0", 0, 0, "0,10", "/root")]
    [InlineData("me", 1000, 100, "100,10", "/home/me")]
    [InlineData("1000", 1000, 100, "100,10", "/home/me")]
    [InlineData("me:staff", 1000, 50, "50", "/home/me")]
    [InlineData("me:0", 1000, 0, "0", "/home/me")]
    [InlineData("1000:77", 1000, 77, "77", "/home/me")]
    [InlineData(":wheel", 0, 10, "10", "/root")]
    [InlineData("4242", 4242, 0, "0", "/")]
    [InlineData("4294967294", 4294967294, 0, "0", "/")]
    // Digits are a number, whatever user has them for a name.
    [InlineData("1234", 1234, 0, "0", "/")]
    [InlineData("nohome", 9, 9, "9", "/")]
    public void Users(string? user, uint uid, uint gid, string groups, string home)
    {
        var found = UserLookup.Find(user, Passwd, Group);
        Assert.Equal((uid, gid, groups, home), (found.Uid, found.Gid, string.Join(',', found.Groups), found.Home));
    }

    [Theory]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("0:4294967295")]
    [InlineData("0:-1")]
    [InlineData("huge")]
    [InlineData("neg")]
    [InlineData("nobody")]
    [InlineData("me:nogroup")]
    [InlineData("bad line")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("１")]
    public void No_such_users(string user) => Assert.Throws<SampanException>(() => UserLookup.Find(user, Passwd, Group));

    [Fact]
    public void Without_files_numbers_still_work()
    {
        Assert.Equal((0u, 0u, "/root"), (UserLookup.Find(null, null, null).Uid, UserLookup.Find(null, null, null).Gid, UserLookup.Find(null, null, null).Home));
        Assert.Throws<SampanException>(() => UserLookup.Find("root", null, null));
    }
}

using System.Text;

using Sampan.Cli.Verbs.Flags;

namespace Sampan.Cli.Tests;

public sealed class MountTextTests
{
    [Theory]
    [InlineData("type=bind,source=/a,target=/b", """{"Type":"bind","Source":"/a","Target":"/b"}""")]
    [InlineData("type=BIND,src=/a,dst=/b,ro", """{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true}""")]
    [InlineData("Type=bind,src=../a,destination=/b,readonly=false", """{"Type":"bind","Source":"/a","Target":"/b"}""")]
    [InlineData("type=bind,\"src=/a,b\",dst=/c", """{"Type":"bind","Source":"/a,b","Target":"/c"}""")]
    [InlineData("type=bind,\"src=/a\"\"b\",dst=/c", """{"Type":"bind","Source":"/a\u0022b","Target":"/c"}""")]
    [InlineData("type=bind,src=/a,dst=/b,bind-propagation=rslave,consistency=cached", """{"Type":"bind","Source":"/a","Target":"/b","Consistency":"cached","BindOptions":{"Propagation":"rslave"}}""")]
    [InlineData("type=bind,src=/a,dst=/b,bind-recursive=disabled", """{"Type":"bind","Source":"/a","Target":"/b","BindOptions":{"NonRecursive":true}}""")]
    [InlineData("type=bind,src=/a,dst=/b,bind-nonrecursive", """{"Type":"bind","Source":"/a","Target":"/b","BindOptions":{"NonRecursive":true}}""")]
    [InlineData("type=bind,src=/a,dst=/b,ro,bind-recursive=writable", """{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true,"BindOptions":{"ReadOnlyNonRecursive":true}}""")]
    [InlineData("type=bind,src=/a,dst=/b,ro,bind-recursive=readonly,bind-propagation=rprivate", """{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true,"BindOptions":{"Propagation":"rprivate","ReadOnlyForceRecursive":true}}""")]
    [InlineData("type=bind,src=/a,dst=/b,bind-create-src", """{"Type":"bind","Source":"/a","Target":"/b","BindOptions":{"CreateMountpoint":true}}""")]
    [InlineData("type=tmpfs,dst=/b,tmpfs-size=1m,tmpfs-mode=1770", """{"Type":"tmpfs","Target":"/b","TmpfsOptions":{"SizeBytes":1048576,"Mode":1016}}""")]
    [InlineData("src=v,dst=/b,volume-nocopy", """{"Type":"volume","Source":"v","Target":"/b"}""")]
    public void Mounts(string text, string json) => Assert.Equal(json.Replace("\\u0022", "\\\""), Encoding.UTF8.GetString(MountText.Parse(text, "/here").ToJson()));

    [Theory]
    [InlineData("", "invalid field '' must be a key=value pair")]
    [InlineData("type=bind,source", "invalid field 'source' must be a key=value pair")]
    [InlineData("type=,dst=/b", "type is required")]
    [InlineData("type=bind,src=/a,dst=/b,fast=1", "unexpected key 'fast' in 'fast=1'")]
    [InlineData("type=bind,src=/a,dst=/b,ro=maybe", "invalid value for ro: maybe")]
    [InlineData("type=bind,src=/a,dst=/b,tmpfs-size=1", "cannot mix 'tmpfs-*' options with mount type 'bind'")]
    [InlineData("type=tmpfs,dst=/b,bind-propagation=slave", "cannot mix 'bind-*' options with mount type 'tmpfs'")]
    [InlineData("type=bind,src=/a,dst=/b,volume-nocopy", "cannot mix 'volume-*' options with mount type 'bind'")]
    [InlineData("type=tmpfs,dst=/b,tmpfs-mode=9", "invalid value for tmpfs-mode: 9")]
    [InlineData("type=tmpfs,dst=/b,tmpfs-mode=17777", "invalid value for tmpfs-mode: 17777")]
    [InlineData("type=tmpfs,dst=/b,tmpfs-size=-1", "invalid value for tmpfs-size: -1")]
    [InlineData("type=bind,src=/a,dst=/b,bind-recursive=yes", "invalid value for bind-recursive: yes (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")")]
    [InlineData("type=bind,src=/a,dst=/b,bind-recursive=writable", "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction")]
    [InlineData("type=bind,src=/a,dst=/b,ro,bind-recursive=readonly", "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction")]
    [InlineData("type=bind,\"src=/a,dst=/b", "a quote is not closed where the field ends: type=bind,\"src=/a,dst=/b")]
    [InlineData("type=bind,src=/\"a,dst=/b", "bare \" in a field that does not begin with one: type=bind,src=/\"a,dst=/b")]
    public void Mistakes_are_shown(string text, string message) => Assert.Equal(message, Assert.Throws<FormatException>(() => MountText.Parse(text, "/here")).Message);
}

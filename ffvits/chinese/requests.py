"""What is wrong with a request, in Chinese: its fields as pydantic judges them, its address as Starlette does."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

REQUESTS = pairs("""
Not Found
    没有这个地址
Method Not Allowed
    这个地址不支持这种请求方法
Field required
    请求没有内容
Input should be a valid dictionary or object to extract fields from
    请求的内容应是一个 JSON 对象
Input should be a valid dictionary or instance of {}
    请求的内容应是一个 JSON 对象
{}: Field required
    缺少 {0}
{}: Input should be a valid dictionary or instance of {}
    {0}：应是一个对象
{}: Input should be a valid string
    {0}：应是文字
{}: String should have at most {} characters
    {0}：最多 {1} 个字
{}: Input should be greater than or equal to {}
    {0}：不能小于 {1}
{}: Input should be greater than {}
    {0}：必须大于 {1}
{}: Input should be less than or equal to {}
    {0}：不能大于 {1}
{}: Input should be less than {}
    {0}：必须小于 {1}
{}: Input should be a finite number
    {0}：应是有限的数
{}: Input should be a valid number
    {0}：应是数字
{}: Input should be a valid number, unable to parse string as a number
    {0}：应是数字
{}: Input should be a valid integer
    {0}：应是整数
{}: Input should be a valid integer, unable to parse string as an integer
    {0}：应是整数
{}: Input should be a valid integer, got a number with a fractional part
    {0}：应是整数
{}: Unable to parse input string as an integer, exceeded maximum size
    {0}：这个整数太大
{}: Input should be a valid boolean
    {0}：应是 true 或 false
{}: Input should be a valid boolean, unable to interpret input
    {0}：应是 true 或 false
{}: Input should be {} or {}
    {0}：应是 {1} 或 {2}
""")

"""Which passwords are refused."""

from __future__ import annotations

from typing import Final

from store.exceptions import InvalidValue

MIN_PASSWORD: Final = 8


def check_password(password: str, name: str) -> None:
    """Refuse passwords that are guessed at once.

    Raises:
        InvalidValue: It is too short, too long, or the account's name.
    """
    if len(password) < MIN_PASSWORD:
        raise InvalidValue(f"口令至少要 {MIN_PASSWORD} 个字符。")
    if len(password) > 1024:
        raise InvalidValue("口令过长。")
    if len(set(password)) < 4 or name.lower() in password.lower():
        raise InvalidValue("口令太容易猜到，不要用重复的字符，也不要包含账号名。")

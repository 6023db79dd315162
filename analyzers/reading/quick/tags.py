"""The bytes that stand for the kinds of nodes, as ast-serialize writes them and mypy reads them (mypy/nodes.py)."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

CACHE_VERSION: Final = 5
"""The layout that is asked for (mypy/nativeparse.py)."""

FALSE: Final[i64] = 0
TRUE: Final[i64] = 1
NONE: Final[i64] = 2
INT: Final[i64] = 3
STR: Final[i64] = 4
FLOAT: Final[i64] = 6
LIST: Final[i64] = 20
LIST_INT: Final[i64] = 21
DICT: Final[i64] = 30
LOCATION: Final[i64] = 152
END: Final[i64] = 255

ARG_PLAIN: Final[i64] = 0
ARG_BY_NAME: Final[i64] = 3
"""Kinds of parameters that have no default."""

DECORATOR: Final[i64] = 53
CLASS_DEF: Final[i64] = 60
EXPR_STMT: Final[i64] = 160
IMPORT: Final[i64] = 164
IF_STMT: Final[i64] = 168
ASSIGNMENT_STMT: Final[i64] = 169
BLOCK: Final[i64] = 171
RETURN_STMT: Final[i64] = 175
WHILE_STMT: Final[i64] = 176
FUNC_DEF: Final[i64] = 179
PASS_STMT: Final[i64] = 180
RAISE_STMT: Final[i64] = 187
BREAK_STMT: Final[i64] = 188
CONTINUE_STMT: Final[i64] = 189
IMPORT_FROM: Final[i64] = 196
ASSERT_STMT: Final[i64] = 197
FOR_STMT: Final[i64] = 198
WITH_STMT: Final[i64] = 199
OPERATOR_ASSIGNMENT_STMT: Final[i64] = 200
TRY_STMT: Final[i64] = 201
DEL_STMT: Final[i64] = 204
GLOBAL_DECL: Final[i64] = 211
NONLOCAL_DECL: Final[i64] = 212
IMPORT_ALL: Final[i64] = 215
MATCH_STMT: Final[i64] = 216
TYPE_ALIAS_STMT: Final[i64] = 225

CALL_EXPR: Final[i64] = 161
NAME_EXPR: Final[i64] = 162
STR_EXPR: Final[i64] = 163
MEMBER_EXPR: Final[i64] = 165
OP_EXPR: Final[i64] = 166
INT_EXPR: Final[i64] = 167
TUPLE_EXPR: Final[i64] = 170
INDEX_EXPR: Final[i64] = 172
LIST_EXPR: Final[i64] = 173
SET_EXPR: Final[i64] = 174
COMPARISON_EXPR: Final[i64] = 177
BOOL_OP_EXPR: Final[i64] = 178
FLOAT_EXPR: Final[i64] = 181
UNARY_EXPR: Final[i64] = 182
DICT_EXPR: Final[i64] = 183
COMPLEX_EXPR: Final[i64] = 184
SLICE_EXPR: Final[i64] = 185
TEMP_NODE: Final[i64] = 186
GENERATOR_EXPR: Final[i64] = 190
YIELD_EXPR: Final[i64] = 191
YIELD_FROM_EXPR: Final[i64] = 192
LIST_COMPREHENSION: Final[i64] = 193
SET_COMPREHENSION: Final[i64] = 194
DICT_COMPREHENSION: Final[i64] = 195
ELLIPSIS_EXPR: Final[i64] = 202
CONDITIONAL_EXPR: Final[i64] = 203
FSTRING_EXPR: Final[i64] = 205
FSTRING_INTERPOLATION: Final[i64] = 206
LAMBDA_EXPR: Final[i64] = 207
ASSIGNMENT_EXPR: Final[i64] = 208
STAR_EXPR: Final[i64] = 209
BYTES_EXPR: Final[i64] = 210
AWAIT_EXPR: Final[i64] = 213
BIG_INT_EXPR: Final[i64] = 214
TSTRING_EXPR: Final[i64] = 229

AS_PATTERN: Final[i64] = 217
OR_PATTERN: Final[i64] = 218
VALUE_PATTERN: Final[i64] = 219
SINGLETON_PATTERN: Final[i64] = 220
SEQUENCE_PATTERN: Final[i64] = 221
STARRED_PATTERN: Final[i64] = 222
MAPPING_PATTERN: Final[i64] = 223
CLASS_PATTERN: Final[i64] = 224

UNBOUND_TYPE: Final[i64] = 104
UNPACK_TYPE: Final[i64] = 105
TUPLE_TYPE: Final[i64] = 112
UNION_TYPE: Final[i64] = 115
LIST_TYPE: Final[i64] = 118
ELLIPSIS_TYPE: Final[i64] = 119
RAW_EXPRESSION_TYPE: Final[i64] = 120
CALL_TYPE: Final[i64] = 121
